package dev.newt.data.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.Samples;
import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.TemplateChoice;
import dev.newt.data.dataset.TrainOnEnd;
import dev.newt.io.UserException;
import dev.newt.jinja.ChatRequest;
import dev.newt.jinja.ChatTemplate;
import dev.newt.jinja.Rendering;
import dev.newt.rows.Row;
import dev.newt.token.TokenizedText;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ChatStrategyTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/chat");
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<String, Tokenizer> TOKENIZERS = new HashMap<>();

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

    @ParameterizedTest
    @ValueSource(strings = {"chatml", "hermes_tools", "llama3", "mistral"})
    void givesTheIdsOfHuggingFace(String name) throws IOException {
        int compared = 0;
        for (JsonNode expected : cases(name)) {
            if (expected.has("error") || expected.get("add_generation_prompt").asBoolean()) {
                continue;
            }
            Example example = strategy(name, with(expected.get("kwargs")))
                    .examples(row(expected))
                    .get(0);

            assertThat(example.tokenIds()).as(expected.get("name").asString()).isEqualTo(ints(expected.get("ids")));
            compared++;
        }
        assertThat(compared)
                .isEqualTo(Map.of("chatml", 9, "hermes_tools", 9, "llama3", 9, "mistral", 6)
                        .get(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"chatml", "hermes_tools", "llama3", "mistral"})
    void promptsForGenerationHaveTheIdsOfHuggingFace(String name) throws IOException {
        for (JsonNode expected : cases(name)) {
            if (!expected.has("error")) {
                TokenizedText tokens = TOKENIZERS
                        .get(name)
                        .encodeWithOffsets(expected.get("text").asString());
                assertThat(tokens.ids()).isEqualTo(ints(expected.get("ids")));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chatml", "hermes_tools", "llama3", "mistral"})
    void refusesWhatTheTemplateRefuses(String name) throws IOException {
        for (JsonNode expected : cases(name)) {
            if (expected.has("error") && !expected.get("add_generation_prompt").asBoolean()) {
                assertThatThrownBy(() ->
                                strategy(name, with(expected.get("kwargs"))).examples(row(expected)))
                        .isInstanceOf(UserException.class)
                        .hasMessageStartingWith("chat.jsonl, row 3: ");
            }
        }
    }

    @Test
    void generationBlocksCoverTheTokensOfHuggingFacesAssistantMask() throws IOException {
        Tokenizer tokenizer = TOKENIZERS.get("chatml");
        ChatTemplate template =
                ChatTemplate.parse("chatml", tokenizer.chatTemplate().orElseThrow());
        int compared = 0;
        for (JsonNode expected : cases("chatml")) {
            if (!expected.has("assistant_mask")) {
                continue;
            }
            Conversation conversation = new Conversation(ChatSettings.defaults(), false);
            List<Map<String, Object>> messages = conversation.turns(row(expected)).stream()
                    .map(Turn::message)
                    .toList();
            Rendering rendering = template.render(ChatRequest.of(messages)
                    .withSpecialTokens(tokenizer.specialTokens())
                    .withGenerationPrompt(expected.get("add_generation_prompt").asBoolean()));
            CharacterMask mask = new CharacterMask(rendering.text().length());
            rendering.generations().forEach(range -> mask.train(range.start(), range.end()));
            boolean[] trained = mask.trained(tokenizer.encodeWithOffsets(rendering.text()));

            int[] bits = IntStream.range(0, trained.length)
                    .map(i -> trained[i] ? 1 : 0)
                    .toArray();
            assertThat(bits).as(expected.get("name").asString()).isEqualTo(ints(expected.get("assistant_mask")));
            compared++;
        }
        assertThat(compared).isEqualTo(18);
    }

    @Test
    void masksAreTheAssistantMaskOfHuggingFace() throws IOException {
        int compared = 0;
        for (JsonNode expected : cases("chatml")) {
            // The template does not show tool calls: Hugging Face learns the end token of an empty answer, Newt refuses
            // the row.
            boolean shown = !expected.get("name").asString().contains("tool");
            if (shown && !expected.get("add_generation_prompt").asBoolean()) {
                Example example = strategy("chatml", ChatSettings.defaults())
                        .examples(row(expected))
                        .get(0);
                int[] bits = IntStream.range(0, example.length())
                        .map(i -> example.trained()[i] ? 1 : 0)
                        .toArray();
                assertThat(bits).as(expected.get("name").asString()).isEqualTo(ints(expected.get("assistant_mask")));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chatml", "hermes_tools", "llama3", "mistral"})
    void learnsTheAssistantsTextsAndTheirEndTokens(String name) {
        String row =
                """
                {"messages":[{"role":"user","content":"Hi there"},{"role":"assistant","content":"Hello! How can I help?"},
                {"role":"user","content":"Hello!"},{"role":"assistant","content":"That's 13. 🎉"}]}""";
        Example example = one(name, ChatSettings.defaults(), row);

        String eos = TOKENIZERS.get(name).specialTokens().get("eos_token");
        String trained = trained(name, example);
        assertThat(trained.replace(" Hello!", "Hello!").replace(" That", "That"))
                .isEqualTo("Hello! How can I help?" + eos + "That's 13. 🎉" + eos);
        Samples.PromptAndAnswer sample =
                Samples.promptAndAnswer(example, TOKENIZERS.get(name)).orElseThrow();
        assertThat(sample.answer()).isEqualTo("That's 13. 🎉");
    }

    @Test
    void theSamplePromptIsTheGenerationPrompt() {
        for (String name : TOKENIZERS.keySet()) {
            Tokenizer tokenizer = TOKENIZERS.get(name);
            Example example = one(
                    name,
                    ChatSettings.defaults(),
                    "{'messages':[{'role':'user','content':'Hi'},{'role':'assistant','content':'Hello'}]}");
            String prompt = ChatTemplate.parse(name, tokenizer.chatTemplate().orElseThrow())
                    .render(ChatRequest.of(List.of(Map.of("role", "user", "content", "Hi")))
                            .withSpecialTokens(tokenizer.specialTokens())
                            .withGenerationPrompt(true))
                    .text();

            int[] promptIds =
                    Samples.promptAndAnswer(example, tokenizer).orElseThrow().promptIds();
            assertThat(promptIds).as(name).startsWith(tokenizer.encode(prompt));
            // Mistral's template puts a space before an answer, which is not trained.
            assertThat(tokenizer.decode(promptIds, false))
                    .as(name)
                    .isEqualTo(name.equals("mistral") ? prompt + " " : prompt);
        }
    }

    @Test
    void endTokensAreTrainedAsAskedFor() {
        String row =
                "{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'},{'role':'user','content':'c'},{'role':'assistant','content':'d'}]}";

        assertThat(trained("chatml", one("chatml", ends(TrainOnEnd.TURN), row))).isEqualTo("b<|im_end|>d<|im_end|>");
        assertThat(trained("chatml", one("chatml", ends(TrainOnEnd.LAST), row))).isEqualTo("bd<|im_end|>");
        assertThat(trained("chatml", one("chatml", ends(TrainOnEnd.NONE), row))).isEqualTo("bd");
        assertThat(trained("chatml", one("chatml", ends(TrainOnEnd.ALL), row)))
                .isEqualTo("<|im_end|>b<|im_end|><|im_end|>d<|im_end|>");
    }

    @Test
    void otherEndTokensFollowTheirOwnRule() {
        ChatSettings settings = settings(TrainOnEnd.NONE, TrainOnEnd.TURN, List.of("<|im_end|>"));
        String row = "{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}]}";

        assertThatThrownBy(() -> one("chatml", settings, row))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("train_on_eos and train_on_eot must be the same");
        assertThatThrownBy(() -> one("chatml", settings(TrainOnEnd.TURN, TrainOnEnd.TURN, List.of("two tokens")), row))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("\"two tokens\" is not one token");
        ChatSettings ofAnother = settings(TrainOnEnd.NONE, TrainOnEnd.TURN, List.of("<|end|>"));
        ChatSettings template = withTemplate(
                ofAnother, "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|><|im_end|>{% endfor %}");
        assertThat(trained("chatml", one("chatml", template, row))).isEqualTo("b<|end|>");
    }

    @Test
    void rolesAndPropertiesAreMapped() {
        ChatSettings base = ChatSettings.defaults();
        ChatSettings settings = new ChatSettings(
                TemplateChoice.ofTokenizer(),
                "conversations",
                "tools",
                Map.of("role", "from", "content", "value"),
                base.roles(),
                List.of("user"),
                TrainOnEnd.TURN,
                TrainOnEnd.TURN,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                "reasoning_content",
                "reasoning_content",
                false,
                false,
                Map.of());
        Example example = one(
                "chatml",
                settings,
                "{'system':'Be kind','conversations':[{'from':'human','value':'a'},{'from':'gpt','value':'b'}]}");

        assertThat(TOKENIZERS.get("chatml").decode(example.tokenIds(), false))
                .isEqualTo(
                        "<|im_start|>system\nBe kind<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n");
        assertThat(trained("chatml", example)).isEqualTo("a<|im_end|>");
    }

    @Test
    void aTurnMaySayWhetherItIsTrained() {
        ChatSettings settings = training();
        String row =
                "{'messages':[{'role':'user','content':'a','train':true},{'role':'assistant','content':'b','train':false},{'role':'user','content':'c'},{'role':'assistant','content':'d'}]}";

        assertThat(trained("chatml", one("chatml", settings, row))).isEqualTo("a<|im_end|>d<|im_end|>");
    }

    @Test
    void aTurnMaySayWhichCharactersAreTrained() {
        ChatSettings settings = training();
        String row =
                "{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'🎉1.2.3','detail':[{'begin_offset':2,'end_offset':3,'train':true},{'begin_offset':4,'end_offset':4,'train':false}]}]}";

        assertThat(trained("chatml", one("chatml", settings, row))).isEqualTo(".2<|im_end|>");
        assertThatThrownBy(() -> one("chatml", settings, row.replace("'end_offset':3", "'end_offset':99")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("message 2: a training detail covers characters 2 to 99");
    }

    @Test
    void contentMayComeInParts() {
        String row =
                "{'messages':[{'role':'user','content':[{'type':'text','text':'a'}]},{'role':'assistant','content':[{'type':'text','text':'1.','train':false},{'type':'text','text':'2'}]}]}";

        assertThat(trained("chatml", one("chatml", ChatSettings.defaults(), row)))
                .isEqualTo("2<|im_end|>");
        assertThatThrownBy(() -> one(
                        "chatml",
                        ChatSettings.defaults(),
                        "{'messages':[{'role':'user','content':[{'type':'image','url':'x'}]}]}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("message 1 has a part that is not text");
    }

    @Test
    void aToolCallIsTrainedFromTheHeaderToTheEndToken() {
        String row =
                """
                {"messages":[{"role":"user","content":"add"},{"role":"assistant","content":"",
                "tool_calls":[{"type":"function","function":{"name":"add","arguments":"{\\"x\\": 1}"}}]},
                {"role":"tool","name":"add","content":"3"},{"role":"assistant","content":"It is 3"}]}""";
        Example example = one("hermes_tools", ChatSettings.defaults(), row);

        String text = TOKENIZERS.get("hermes_tools").decode(example.tokenIds(), false);
        int start = text.indexOf("<|im_start|>assistant\n") + "<|im_start|>assistant\n".length();
        String call = text.substring(start, text.indexOf("<|im_end|>", start));
        assertThat(call).contains("<tool_call>").contains("</tool_call>").contains("\"x\": 1");
        assertThat(trained("hermes_tools", example)).isEqualTo(call + "<|im_end|>It is 3<|im_end|>");
    }

    @Test
    void aCallOfToolsIsTrainedWholeWhereTheTemplateWritesTheLastTurnOtherwise() {
        // What was said before the last question is written without a mark, so no part of the conversation begins the
        // whole.
        String template =
                """
                {% set last = messages|length - 1 %}{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + ('(new)' if loop.index0 == last else '') }}\
                {% if m.tool_calls %}{{ '<call>' + m.tool_calls[0].function | tojson + '</call>' }}{% else %}{{ m.content }}{% endif %}{{ '<|im_end|>\n' }}\
                {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n(new)' }}{% endif %}""";
        String row =
                """
                {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"",
                "tool_calls":[{"function":{"name":"add","arguments":{"x": 1}}}]},{"role":"tool","content":"3"},
                {"role":"assistant","content":"It is 3"}]}""";

        assertThat(trained("chatml", one("chatml", withTemplate(ChatSettings.defaults(), template), row)))
                .isEqualTo("<call>{\"name\": \"add\", \"arguments\": {\"x\": 1}}</call><|im_end|>It is 3<|im_end|>");
        assertThatThrownBy(() -> one(
                        "chatml",
                        withTemplate(
                                ChatSettings.defaults(), template.replace("<|im_start|>assistant\n(new)", "otherwise")),
                        row))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        "message 2 (assistant) is to be trained, but the chat template does not show where"
                                + " its header ends");
    }

    @Test
    void callsOfToolsThatTheTemplateDoesNotShowAreAnError() {
        assertThatThrownBy(
                        () -> one(
                                "chatml",
                                ChatSettings.defaults(),
                                "{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b','tool_calls':[{'function':{'name':'f','arguments':{}}}]}]}"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("chat.jsonl, row 3: message 2 (assistant) calls tools, which the chat template"
                        + " does not show");
    }

    @Test
    void reasoningThatTheTemplateTakesOutOfTheContentIsTrainedWithItsMarks() {
        ChatSettings settings = withTemplate(
                ChatSettings.defaults(),
                "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if '</think>' in m.content %}<think>\n"
                        + "{{ m.content.split('</think>')[0].split('<think>')[-1].strip() }}\n</think>\n\n"
                        + "{{ m.content.split('</think>')[-1].strip() }}{% else %}{{ m.content }}{% endif %}<|im_end|>\n{% endfor %}"
                        + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}");

        assertThat(
                        trained(
                                "chatml",
                                one(
                                        "chatml",
                                        settings,
                                        "{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'<think> b </think> c'}]}")))
                .isEqualTo("<think>\nb\n</think>\n\nc<|im_end|>");
    }

    @Test
    void reasoningMayComeInPartsThatSayWhetherTheyAreTrained() {
        ChatSettings settings = withTemplate(
                ChatSettings.defaults(),
                "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}"
                        + "{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}");
        String row =
                "{'messages':[{'role':'user','content':'a'},{'role':'assistant','reasoning_content':[{'type':'text','text':'1.'},{'type':'text','text':'2.','train':false}],'content':'3'}]}";

        assertThat(trained("chatml", one("chatml", settings, row))).isEqualTo("1.3<|im_end|>");
        assertThat(trained("chatml", one("chatml", settings, row.replace(",'train':false", ""))))
                .isEqualTo("<think>1.2.</think>3<|im_end|>");
    }

    @Test
    void endTokensInsideGenerationBlocksFollowTheSettings() {
        String row =
                "{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'},{'role':'user','content':'c'},{'role':'assistant','content':'d'}]}";
        String template =
                "{% for m in messages %}{% if m.role == 'assistant' %}<|im_start|>assistant\n{% generation %}So: {{ m.content }}<|im_end|>{% endgeneration %}{% else %}{{ m.content }}<|im_end|>{% endif %}\n{% endfor %}";

        assertThat(trained("chatml", one("chatml", withTemplate(ends(TrainOnEnd.TURN), template), row)))
                .isEqualTo("So: b<|im_end|>So: d<|im_end|>");
        assertThat(trained("chatml", one("chatml", withTemplate(ends(TrainOnEnd.LAST), template), row)))
                .isEqualTo("So: bSo: d<|im_end|>");
        assertThat(trained("chatml", one("chatml", withTemplate(ends(TrainOnEnd.NONE), template), row)))
                .isEqualTo("So: bSo: d");
        assertThatThrownBy(() -> one(
                        "chatml",
                        withTemplate(
                                ChatSettings.defaults(),
                                "{% generation %}{{ messages[1].content }}{{ messages[3].content }}{% endgeneration %}"),
                        row))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("message 2 (assistant) shares a generation block");
    }

    @Test
    void aTurnThatTheTemplateHidesIsAnError() {
        ChatSettings settings = withTemplate(ChatSettings.defaults(), "{{ messages[0].content }}<|im_end|>");

        assertThatThrownBy(() -> one(
                        "chatml",
                        settings,
                        "{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}]}"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("chat.jsonl, row 3: message 2 (assistant) is to be trained, but");
    }

    @Test
    void namesTheRowThatHasNoMessages() {
        assertThatThrownBy(() -> one("chatml", ChatSettings.defaults(), "{'conversations':[]}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("chat.jsonl, row 3: has no field \"messages\"; its fields are conversations");
        assertThatThrownBy(() -> one("chatml", ChatSettings.defaults(), "{'messages':[]}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("must be a list of messages, but is empty");
        assertThatThrownBy(() -> one("chatml", ChatSettings.defaults(), "{'messages':[{'from':'human','value':'x'}]}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("message 1 has no role; its fields are from, value");
        assertThatThrownBy(() -> one("chatml", ChatSettings.defaults(), "{'messages':[{'role':'user'}]}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("message 1 has no content");
    }

    private static ChatSettings with(JsonNode kwargs) {
        @SuppressWarnings("unchecked")
        Map<String, Object> variables = (Map<String, Object>) PlainJson.of(kwargs);
        ChatSettings base = ChatSettings.defaults();
        ChatSettings settings = copy(
                base, TemplateChoice.ofTokenizer(), base.trainOnEos(), base.trainOnEot(), List.of(), false, variables);
        return learningNothing(settings);
    }

    /** Then a turn that the template hides is no error. */
    private static ChatSettings learningNothing(ChatSettings settings) {
        return new ChatSettings(
                settings.chatTemplate(),
                settings.fieldMessages(),
                settings.fieldTools(),
                settings.messagePropertyMappings(),
                settings.roles(),
                List.of(),
                settings.trainOnEos(),
                settings.trainOnEot(),
                settings.eotTokens(),
                settings.messageFieldTraining(),
                settings.messageFieldTrainingDetail(),
                settings.fieldThinking(),
                settings.templateThinkingKey(),
                settings.dropSystemMessage(),
                settings.splitThinking(),
                settings.chatTemplateKwargs());
    }

    private static ChatSettings ends(TrainOnEnd when) {
        return settings(when, when, List.of());
    }

    private static ChatSettings settings(TrainOnEnd eos, TrainOnEnd eot, List<String> eotTokens) {
        return copy(ChatSettings.defaults(), TemplateChoice.ofTokenizer(), eos, eot, eotTokens, false, Map.of());
    }

    private static ChatSettings withTemplate(ChatSettings base, String template) {
        return copy(
                base,
                TemplateChoice.jinja(template),
                base.trainOnEos(),
                base.trainOnEot(),
                base.eotTokens(),
                false,
                Map.of());
    }

    private static ChatSettings training() {
        ChatSettings base = ChatSettings.defaults();
        return copy(
                base, TemplateChoice.ofTokenizer(), base.trainOnEos(), base.trainOnEot(), List.of(), true, Map.of());
    }

    private static ChatSettings copy(
            ChatSettings base,
            TemplateChoice template,
            TrainOnEnd eos,
            TrainOnEnd eot,
            List<String> eotTokens,
            boolean flags,
            Map<String, Object> variables) {
        return new ChatSettings(
                template,
                base.fieldMessages(),
                base.fieldTools(),
                base.messagePropertyMappings(),
                base.roles(),
                base.rolesToTrain(),
                eos,
                eot,
                eotTokens,
                flags ? Optional.of("train") : Optional.empty(),
                flags ? Optional.of("detail") : Optional.empty(),
                base.fieldThinking(),
                base.templateThinkingKey(),
                false,
                false,
                variables);
    }

    private static PromptStrategy strategy(String name, ChatSettings settings) {
        return new ChatStrategy(settings, TOKENIZERS.get(name), false);
    }

    private static Example one(String name, ChatSettings settings, String json) {
        String text = json.contains("\"") ? json : json.replace('\'', '"');
        return strategy(name, settings)
                .examples(new Row(Path.of("chat.jsonl"), 3, (ObjectNode) JSON.readTree(text)))
                .get(0);
    }

    private static Row row(JsonNode expected) {
        ObjectNode fields = JSON.createObjectNode();
        fields.set("messages", expected.get("messages"));
        fields.set("tools", expected.get("tools"));
        return new Row(Path.of("chat.jsonl"), 3, fields);
    }

    private static JsonNode cases(String name) throws IOException {
        return JSON.readTree(Files.readString(GOLDEN.resolve(name).resolve("golden.json")))
                .get("cases");
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
