package dev.newt.data.dataset;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a {@code chat_template} dataset is read and which of its tokens are trained. Names are Axolotl's.
 *
 * @param chatTemplate which template
 * @param fieldMessages column of the conversation
 * @param fieldTools column of the tool definitions
 * @param messagePropertyMappings from the template's name of a message's property to the row's
 * @param roles from the template's role to the row's names for it
 * @param rolesToTrain roles whose turns are trained
 * @param trainOnEos after which turns the tokenizer's end token is trained
 * @param trainOnEot the same for {@code eotTokens}
 * @param eotTokens further tokens that end a turn
 * @param messageFieldTraining key of a message that says by true or false whether its turn is trained
 * @param messageFieldTrainingDetail key of a message that lists which characters are trained
 * @param fieldThinking key of a message that holds its reasoning
 * @param templateThinkingKey the template's name for it
 * @param dropSystemMessage whether a leading system turn is left out
 * @param splitThinking whether reasoning in tags is cut out of the assistant's content
 * @param chatTemplateKwargs further variables of the template
 */
public record ChatSettings(
        TemplateChoice chatTemplate,
        String fieldMessages,
        String fieldTools,
        Map<String, String> messagePropertyMappings,
        Map<String, List<String>> roles,
        List<String> rolesToTrain,
        TrainOnEnd trainOnEos,
        TrainOnEnd trainOnEot,
        List<String> eotTokens,
        Optional<String> messageFieldTraining,
        Optional<String> messageFieldTrainingDetail,
        String fieldThinking,
        String templateThinkingKey,
        boolean dropSystemMessage,
        boolean splitThinking,
        Map<String, Object> chatTemplateKwargs) {

    public ChatSettings {
        // Sorted, so that equal settings print alike: prepared data are found by what they print.
        messagePropertyMappings = Collections.unmodifiableMap(new TreeMap<>(messagePropertyMappings));
        roles = Collections.unmodifiableMap(new TreeMap<>(roles));
        rolesToTrain = List.copyOf(rolesToTrain);
        eotTokens = List.copyOf(eotTokens);
        chatTemplateKwargs = Collections.unmodifiableMap(new TreeMap<>(chatTemplateKwargs));
    }

    /** Columns and roles as Axolotl assumes them; the assistant's turns and their end tokens are trained. */
    public static ChatSettings defaults() {
        return new ChatSettings(
                TemplateChoice.ofTokenizer(),
                "messages",
                "tools",
                Map.of("role", "role", "content", "content"),
                Map.of(
                        "user", List.of("human", "user"),
                        "assistant", List.of("gpt", "assistant"),
                        "system", List.of("system"),
                        "tool", List.of("tool")),
                List.of("assistant"),
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
    }
}
