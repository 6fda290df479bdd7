package dev.newt.data.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.TemplateChoice;
import dev.newt.io.UserException;
import dev.newt.jinja.ChatRequest;
import dev.newt.jinja.ChatTemplate;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The templates that have a name: their texts, and that what is trained is found in each. */
class NamedTemplatesTest {
    /** Two exchanges behind a system text, by template; line ends written as bars. */
    private static final Map<String, String> TEXTS = texts();

    private static Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        String cohere = "<s><|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>S<|END_OF_TURN_TOKEN|>"
                + "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>Q<|END_OF_TURN_TOKEN|>"
                + "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>first<|END_OF_TURN_TOKEN|>"
                + "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>R<|END_OF_TURN_TOKEN|>"
                + "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>second<|END_OF_TURN_TOKEN|>";
        String chatml =
                "<|im_start|>system~S<|im_end|>~<|im_start|>user~Q<|im_end|>~<|im_start|>assistant~first<|im_end|>~"
                        + "<|im_start|>user~R<|im_end|>~<|im_start|>assistant~second<|im_end|>~";
        texts.put(
                "alpaca",
                "<s>S~~### Instruction:~Q~~### Response:~first</s>~~### Instruction:~R~~### Response:~second</s>");
        texts.put("aya", cohere);
        texts.put("chatml", chatml);
        texts.put("cohere", cohere);
        texts.put("deepseek_v2", "<s>S~~User: Q~~Assistant: first</s>User: R~~Assistant: second</s>");
        texts.put(
                "deepseek_v3",
                "<s>S<｜User｜>Q<｜Assistant｜>first<｜end▁of▁sentence｜><｜User｜>R<｜Assistant｜>second<｜end▁of▁sentence｜>");
        texts.put(
                "exaone",
                "[|system|]S[|endofturn|]~[|user|]Q~[|assistant|]first[|endofturn|]~[|user|]R~[|assistant|]second[|endofturn|]~");
        texts.put(
                "gemma",
                "<s><start_of_turn>user~Q<end_of_turn>~<start_of_turn>model~first<end_of_turn>~"
                        + "<start_of_turn>user~R<end_of_turn>~<start_of_turn>model~second<end_of_turn>~");
        texts.put("gemma3", texts.get("gemma").replace("user~Q", "user~S~~Q"));
        texts.put(
                "llama3",
                "<s><|start_header_id|>system<|end_header_id|>~~S<|eot_id|><|start_header_id|>user<|end_header_id|>~~Q<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>~~first<|eot_id|>"
                        + "<|start_header_id|>user<|end_header_id|>~~R<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>~~second<|eot_id|>");
        texts.put(
                "llama4",
                texts.get("llama3")
                        .replace("_header_id|>", "|>")
                        .replace("<|start|>", "<|header_start|>")
                        .replace("<|end|>", "<|header_end|>")
                        .replace("<|eot_id|>", "<|eot|>"));
        texts.put("metharme", "<s><|system|>S<|user|>Q<|model|>first</s><|user|>R<|model|>second</s>");
        texts.put("mistral_v1", "<s> [INST] S~~Q [/INST] first</s> [INST] R [/INST] second</s>");
        texts.put("mistral_v2v3", "<s>[INST] Q[/INST] first</s>[INST] S~~R[/INST] second</s>");
        texts.put("mistral_v3_tekken", "<s>[INST]Q[/INST]first</s>[INST]S~~R[/INST]second</s>");
        texts.put(
                "mistral_v7_tekken",
                "<s>[SYSTEM_PROMPT]S[/SYSTEM_PROMPT][INST]Q[/INST]first</s>[INST]R[/INST]second</s>");
        texts.put(
                "phi_3",
                "<|system|>~S<|end|>~<|user|>~Q<|end|>~<|assistant|>~first<|end|>~<|user|>~R<|end|>~<|assistant|>~second<|end|>~");
        texts.put("phi_35", texts.get("phi_3") + "</s>");
        texts.put("qwen3", chatml.replace("second", "<think>~~</think>~~second"));
        texts.put("qwen_25", chatml);
        return texts;
    }

    static List<String> names() {
        return TemplateChoice.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachTemplateWritesItsFormat(String name) {
        assertThat(rendered(name, messages(name, "first", "second"), false))
                .isEqualTo(TEXTS.get(name).replace('~', '\n'));
    }

    @ParameterizedTest
    @MethodSource("names")
    void theGenerationPromptIsWhatStandsBeforeAnAnswer(String name) {
        List<Map<String, Object>> messages = messages(name, "first", "second");
        String asked = rendered(name, messages.subList(0, messages.size() - 1), true);

        String whole = rendered(name, messages, false).replace("<think>\n\n</think>\n\n", "");
        assertThat(whole.substring(0, whole.indexOf("second")).stripTrailing()).isEqualTo(asked.stripTrailing());
    }

    @ParameterizedTest
    @MethodSource("names")
    void answersAreTrainedAndNothingElseOfTheText(String name) {
        try (Tokenizer tokenizer = Tokenizer.open(Path.of("src/test/resources/golden/chat/chatml"))) {
            List<Map<String, Object>> messages = messages(name, "the first answer", "and the second");
            ObjectNode fields = JsonMapper.shared().valueToTree(Map.of("messages", messages));
            Example example = strategy(TemplateChoice.named(name), tokenizer)
                    .examples(new Row(Path.of("a.jsonl"), 1, fields))
                    .get(0);

            String trained = tokenizer.decode(
                    IntStream.range(0, example.length())
                            .filter(i -> example.trained()[i])
                            .map(i -> example.tokenIds()[i])
                            .toArray(),
                    true);
            assertThat(trained.replace(" ", "")).isEqualTo("thefirstanswerandthesecond");
        }
    }

    @Test
    void toolsAndCallsStandWhereQwenPutsThem() {
        Map<String, Object> call = Map.of(
                "role",
                "assistant",
                "content",
                "",
                "tool_calls",
                List.of(Map.of("function", Map.of("name", "f", "arguments", Map.of("x", 1)))));
        List<Map<String, Object>> messages = List.of(
                message("user", "Q"), call, message("tool", "1"), message("tool", "2"), message("assistant", "done"));
        for (String name : List.of("qwen_25", "qwen3")) {
            String text = ChatTemplate.parse(name, source(name))
                    .render(ChatRequest.of(messages).withTools(List.of(Map.of("name", "f"))))
                    .text();

            assertThat(text)
                    .contains("<tools>\n{\"name\": \"f\"}\n</tools>")
                    .contains(
                            "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call><|im_end|>\n<|im_start|>user\n")
                    .contains(
                            "<|im_start|>user\n<tool_response>\n1\n</tool_response>\n<tool_response>\n2\n</tool_response><|im_end|>\n")
                    .endsWith("done<|im_end|>\n");
        }
    }

    @Test
    void qwen3ShowsReasoningBehindTheLastQuestionAlone() {
        List<Map<String, Object>> messages = List.of(
                message("user", "Q"),
                message("assistant", "<think>\nold\n</think>\n\nA"),
                message("user", "R"),
                message("assistant", "<think>\nnew\n</think>\n\nB"));

        assertThat(rendered("qwen3", messages, false))
                .doesNotContain("old")
                .endsWith("<|im_start|>assistant\n<think>\nnew\n</think>\n\nB<|im_end|>\n");
    }

    @Test
    void aFallbackIsUsedOnlyWhereTheTokenizerBringsNoTemplate() {
        TemplateChoice choice = TemplateChoice.named("tokenizer_default_fallback_chatml");

        assertThat(choice.resolve(Optional.of("own"))).contains("own");
        assertThat(choice.resolve(Optional.empty())).contains(source("chatml"));
        assertThat(TemplateChoice.named("chatml").resolve(Optional.of("own"))).contains(source("chatml"));
        assertThat(TemplateChoice.named("tokenizer_default").resolve(Optional.empty()))
                .isEmpty();
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        for (String name : List.of("chatml2", "tokenizer_default_fallback_chatml2")) {
            assertThatThrownBy(() -> TemplateChoice.named(name))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(name + " is not a known template")
                    .hasMessageContaining("chatml, cohere");
        }
    }

    private static PromptStrategy strategy(TemplateChoice template, Tokenizer tokenizer) {
        ChatSettings base = ChatSettings.defaults();
        return new ChatStrategy(
                new ChatSettings(
                        template,
                        base.fieldMessages(),
                        base.fieldTools(),
                        base.messagePropertyMappings(),
                        base.roles(),
                        base.rolesToTrain(),
                        base.trainOnEos(),
                        base.trainOnEot(),
                        base.eotTokens(),
                        base.messageFieldTraining(),
                        base.messageFieldTrainingDetail(),
                        base.fieldThinking(),
                        base.templateThinkingKey(),
                        base.dropSystemMessage(),
                        base.splitThinking(),
                        base.chatTemplateKwargs()),
                tokenizer,
                false);
    }

    private static String rendered(String name, List<Map<String, Object>> messages, boolean prompt) {
        return ChatTemplate.parse(name, source(name))
                .render(ChatRequest.of(messages)
                        .withSpecialTokens(Map.of("bos_token", "<s>", "eos_token", "</s>"))
                        .withGenerationPrompt(prompt))
                .text();
    }

    private static String source(String name) {
        return TemplateChoice.named(name).source().orElseThrow();
    }

    private static List<Map<String, Object>> messages(String name, String first, String second) {
        List<Map<String, Object>> messages = new ArrayList<>();
        if (!name.equals("gemma")) {
            messages.add(message("system", "S"));
        }
        messages.add(message("user", "Q"));
        messages.add(message("assistant", first));
        messages.add(message("user", "R"));
        messages.add(message("assistant", second));
        return messages;
    }

    private static Map<String, Object> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }
}
