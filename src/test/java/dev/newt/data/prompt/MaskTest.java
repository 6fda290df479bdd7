package dev.newt.data.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.TemplateChoice;
import dev.newt.data.dataset.TrainOnEnd;
import dev.newt.jinja.ChatRequest;
import dev.newt.jinja.ChatTemplate;
import dev.newt.rows.Row;
import dev.newt.token.TokenizedText;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What is trained of random conversations: against Hugging Face's own masks, and by what must hold of any. */
class MaskTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/chat");
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<String, Tokenizer> TOKENIZERS = new HashMap<>();
    private static final List<String> WORDS = List.of(
            "Hello", "it's", "12.5", "é", "中文", "😀", "\n\n", "a\tb", "\"q\"", "<b>", "{x}", "end.", "  ", "I",
            "don't");

    @BeforeAll
    static void open() {
        for (String name : List.of("chatml", "hermes_tools", "llama3", "mistral")) {
            TOKENIZERS.put(name, Tokenizer.open(GOLDEN.resolve(name)));
        }
    }

    @AfterAll
    static void close() {
        TOKENIZERS.values().forEach(Tokenizer::close);
    }

    @Test
    void masksAreThoseOfHuggingFace() throws IOException {
        Map<String, Integer> compared = new HashMap<>();
        for (JsonNode one : JSON.readTree(Files.readString(GOLDEN.resolve("masks/masks.json")))) {
            TemplateChoice choice = one.get("template").isNull()
                    ? TemplateChoice.ofTokenizer()
                    : TemplateChoice.jinja(one.get("template").asString());
            ObjectNode fields = JSON.createObjectNode();
            fields.set("messages", one.get("messages"));

            Example example = example(one.get("tokenizer").asString(), choice, TrainOnEnd.TURN, fields);

            String by = one.get("by").asString();
            assertThat(example.tokenIds()).isEqualTo(ints(one.get("ids")));
            assertThat(bits(example, by.equals("generation") ? one.get("mask") : null))
                    .as("%s %s", by, one.get("messages"))
                    .isEqualTo(ints(one.get("mask")));
            compared.merge(by, 1, Integer::sum);
        }
        assertThat(compared).isEqualTo(Map.of("generation", 60, "prefix", 60));
    }

    @ParameterizedTest
    @EnumSource(TrainOnEnd.class)
    void whatIsTrainedReadsAsTheAssistantsTextsAndTheirEndTokens(TrainOnEnd ends) {
        for (String name : TOKENIZERS.keySet()) {
            String eos = TOKENIZERS.get(name).specialTokens().get("eos_token");
            // Mistral's template closes no turn but the assistant's. It puts a space before an answer, which the first
            // token takes along.
            boolean closesAll = !name.equals("mistral");
            Random random = new Random(7);
            for (int i = 0; i < 40; i++) {
                List<Map<String, String>> messages = conversation(random, closesAll);
                Example example = example(name, TemplateChoice.ofTokenizer(), ends, fields(messages));

                StringBuilder expected = new StringBuilder();
                for (int m = 0; m < messages.size(); m++) {
                    boolean assistant = messages.get(m).get("role").equals("assistant");
                    String text = messages.get(m).get("content");
                    expected.append(assistant ? (closesAll ? "" : " ") + text : "");
                    boolean end =
                            switch (ends) {
                                case ALL -> closesAll || assistant;
                                case TURN -> assistant;
                                case LAST -> m == messages.size() - 1;
                                case NONE -> false;
                            };
                    expected.append(end ? eos : "");
                }
                assertThat(trained(name, example)).isEqualTo(expected.toString());
            }
        }
    }

    static List<String> names() {
        return TemplateChoice.names();
    }

    /** With a tokenizer that does not know the templates' marks, so that a token may hold characters of a text and of a mark. */
    @ParameterizedTest
    @MethodSource("names")
    void everyTemplateLearnsAllTokensOfTheAnswersAndNoneOfTheOthers(String name) {
        Tokenizer tokenizer = TOKENIZERS.get("chatml");
        TemplateChoice choice = TemplateChoice.named(name);
        ChatTemplate template =
                ChatTemplate.parse(name, choice.resolve(Optional.empty()).orElseThrow());
        Random random = new Random(name.hashCode());
        for (int i = 0; i < 15; i++) {
            List<Map<String, String>> messages =
                    conversation(random, !name.startsWith("mistral") && !name.equals("gemma"));
            Example example = example("chatml", choice, TrainOnEnd.TURN, fields(messages));
            String text = template.render(ChatRequest.of(messages.stream()
                                    .map(message -> Map.<String, Object>copyOf(message))
                                    .toList())
                            .withSpecialTokens(tokenizer.specialTokens()))
                    .text();
            TokenizedText tokens = tokenizer.encodeWithOffsets(text);
            assertThat(example.tokenIds()).isEqualTo(tokens.ids());

            boolean[] answer = new boolean[text.length()];
            boolean[] other = new boolean[text.length()];
            for (Map<String, String> message : messages) {
                String content = message.get("content").strip();
                int at = text.indexOf(content);
                assertThat(at).as(content).isGreaterThanOrEqualTo(0);
                Arrays.fill(message.get("role").equals("assistant") ? answer : other, at, at + content.length(), true);
            }
            int inside = 0;
            for (int t = 0; t < tokens.length(); t++) {
                int start = tokens.starts()[t];
                int end = tokens.ends()[t];
                boolean holdsAnswer = IntStream.range(start, end).anyMatch(c -> answer[c]);
                boolean holdsOther = IntStream.range(start, end).anyMatch(c -> other[c]);
                if (holdsAnswer) {
                    assertThat(example.trained()[t]).isTrue();
                    inside++;
                } else if (holdsOther) {
                    assertThat(example.trained()[t]).isFalse();
                }
            }
            assertThat(inside).isPositive();
        }
    }

    /** Messages in turn, each with a text that no other has. */
    private static List<Map<String, String>> conversation(Random random, boolean withSystem) {
        List<Map<String, String>> messages = new ArrayList<>();
        int id = random.nextInt(1000);
        if (withSystem && random.nextBoolean()) {
            messages.add(Map.of("role", "system", "content", text(random, id++)));
        }
        for (int turns = 1 + random.nextInt(3); turns > 0; turns--) {
            messages.add(Map.of("role", "user", "content", text(random, id++)));
            messages.add(Map.of("role", "assistant", "content", text(random, id++)));
        }
        return messages;
    }

    private static String text(Random random, int id) {
        return "a" + id + " "
                + IntStream.range(0, random.nextInt(7))
                        .mapToObj(i -> WORDS.get(random.nextInt(WORDS.size())))
                        .collect(Collectors.joining(" "))
                + " z" + id;
    }

    private static ObjectNode fields(List<Map<String, String>> messages) {
        return JSON.valueToTree(Map.of("messages", messages));
    }

    private static Example example(String tokenizer, TemplateChoice template, TrainOnEnd ends, ObjectNode fields) {
        ChatSettings base = ChatSettings.defaults();
        ChatSettings settings = new ChatSettings(
                template,
                base.fieldMessages(),
                base.fieldTools(),
                base.messagePropertyMappings(),
                base.roles(),
                base.rolesToTrain(),
                ends,
                ends,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                base.fieldThinking(),
                base.templateThinkingKey(),
                false,
                false,
                Map.of());
        return new ChatStrategy(settings, TOKENIZERS.get(tokenizer), false)
                .examples(new Row(Path.of("rows.jsonl"), 1, fields))
                .get(0);
    }

    /** The mask as numbers; where the recorded block leaves out an end token, which the settings learn, it counts as recorded. */
    private static int[] bits(Example example, JsonNode recorded) {
        int eos = TOKENIZERS.get("chatml").eosId().orElseThrow();
        return IntStream.range(0, example.length())
                .map(i -> recorded != null
                                && example.tokenIds()[i] == eos
                                && recorded.get(i).asInt() == 0
                        ? 0
                        : example.trained()[i] ? 1 : 0)
                .toArray();
    }

    private static String trained(String name, Example example) {
        int[] ids = IntStream.range(0, example.length())
                .filter(i -> example.trained()[i])
                .map(i -> example.tokenIds()[i])
                .toArray();
        return TOKENIZERS.get(name).decode(ids, false);
    }

    private static int[] ints(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
    }
}
