package dev.newt.data.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.TemplateChoice;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class MessagesStrategyTest {
    private static final Path RESOURCES = Path.of("src/test/resources/golden");

    /** Made by Axolotl's own classes with these tokenizers. */
    @Test
    void givesTheTokensAndMasksThatAxolotlGives() throws IOException {
        JsonNode cases = JsonMapper.shared().readTree(Files.readString(RESOURCES.resolve("messages/cases.json")));
        for (String template : List.of("chatml", "llama3")) {
            try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve("chat/" + template))) {
                for (JsonNode one : cases) {
                    if (one.path("template").asString().equals(template)) {
                        Example example = new MessagesStrategy(
                                        settings(TemplateChoice.named(template)),
                                        tokenizer,
                                        one.path("train_on_inputs").asBoolean())
                                .examples(row((ObjectNode) one.path("row")))
                                .get(0);

                        assertThat(example.tokenIds())
                                .as(one.path("row").toString())
                                .isEqualTo(ints(one.path("input_ids")));
                        assertThat(trained(example))
                                .as(one.path("row").toString())
                                .isEqualTo(ints(one.path("trained")));
                    }
                }
            }
        }
        assertThat(cases.size()).isEqualTo(16);
    }

    @Test
    void writesChatMlWhereNoTemplateIsChosenAndReadsTheKeysThatAreNamed() throws IOException {
        ChatSettings defaults = ChatSettings.defaults();
        ChatSettings named = new ChatSettings(
                TemplateChoice.ofTokenizer(),
                "turns",
                "tools",
                Map.of("role", "who", "content", "said"),
                defaults.roles(),
                defaults.rolesToTrain(),
                defaults.trainOnEos(),
                defaults.trainOnEot(),
                List.of(),
                Optional.of("learn"),
                Optional.empty(),
                "reasoning_content",
                "reasoning_content",
                false,
                false,
                Map.of());
        try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve("chat/chatml"))) {
            Example example = new MessagesStrategy(named, tokenizer, false)
                    .examples(
                            row(
                                    "{\"turns\": [{\"who\": \"user\", \"said\": \"a\", \"learn\": 1}, {\"who\": \"gpt\", \"said\": \"b\", \"learn\": 0}]}"))
                    .get(0);

            assertThat(tokenizer.decode(example.tokenIds(), false))
                    .isEqualTo("<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n");
            List<Integer> trained = new ArrayList<>();
            for (int i = 0; i < example.length(); i++) {
                if (example.trained()[i]) {
                    trained.add(example.tokenIds()[i]);
                }
            }
            assertThat(tokenizer.decode(
                            trained.stream().mapToInt(Integer::intValue).toArray(), false))
                    .isEqualTo("a<|im_end|>");
        }
    }

    @Test
    void refusesWhatItCannotWrite() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve("chat/chatml"))) {
            PromptStrategy strategy = new MessagesStrategy(ChatSettings.defaults(), tokenizer, false);
            assertThat(strategy.examples(row("{\"messages\": []}"))).isEmpty();
            for (Map.Entry<String, String> wrong : Map.of(
                            "[{\"role\": \"judge\", \"content\": \"x\"}]", "message 1 has the role \"judge\"",
                            "[{\"role\": \"user\", \"content\": [1]}]", "message 1 has no text in \"content\"",
                            "[{\"content\": \"x\"}]", "the first message has no role (role, from)",
                            "[{\"role\": \"user\"}]", "the first message has no content (value, text, content)",
                            "[{\"role\": \"user\", \"content\": \"x\", \"train\": \"yes\"}]",
                                    "message 1 must have a number or a truth value for a weight, but has \"yes\"")
                    .entrySet()) {
                assertThatThrownBy(() -> strategy.examples(row("{\"messages\": " + wrong.getKey() + "}")))
                        .isInstanceOf(UserException.class)
                        .hasMessageContaining("rows.jsonl, row 1: ")
                        .hasMessageContaining(wrong.getValue());
            }
            assertThatThrownBy(() -> new MessagesStrategy(settings(TemplateChoice.named("gemma")), tokenizer, false))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("chat_template must be one of these");
        }
    }

    private static ChatSettings settings(TemplateChoice template) {
        ChatSettings defaults = ChatSettings.defaults();
        return new ChatSettings(
                template,
                defaults.fieldMessages(),
                defaults.fieldTools(),
                defaults.messagePropertyMappings(),
                defaults.roles(),
                defaults.rolesToTrain(),
                defaults.trainOnEos(),
                defaults.trainOnEot(),
                defaults.eotTokens(),
                defaults.messageFieldTraining(),
                defaults.messageFieldTrainingDetail(),
                defaults.fieldThinking(),
                defaults.templateThinkingKey(),
                defaults.dropSystemMessage(),
                defaults.splitThinking(),
                defaults.chatTemplateKwargs());
    }

    private static Row row(String json) {
        return row((ObjectNode) JsonMapper.shared().readTree(json));
    }

    private static Row row(ObjectNode fields) {
        return new Row(Path.of("rows.jsonl"), 1, fields);
    }

    private static int[] trained(Example example) {
        int[] flags = new int[example.length()];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = example.trained()[i] ? 1 : 0;
        }
        return flags;
    }

    private static int[] ints(JsonNode list) {
        return list.valueStream().mapToInt(JsonNode::asInt).toArray();
    }
}
