package dev.newt.config;

import dev.newt.config.yaml.Suggestion;
import java.util.List;
import java.util.Optional;

/** The names that {@code type} of a data set takes. */
final class PromptTypes {
    /** Rows of random tokens. */
    static final String SYNTHETIC = "_synthetic";

    static final List<String> NAMES = List.of(
            SYNTHETIC,
            "alpaca",
            "alpaca:chat",
            "alpaca:chatml",
            "alpaca:instruct",
            "alpaca:phi",
            "alpaca_chat",
            "alpaca_chat.load",
            "alpaca_chat.load_camel_ai",
            "alpaca_chat.load_concise",
            "alpaca_chat.load_no_prompt",
            "alpaca_chat.load_qa",
            "alpaca_instruct",
            "alpaca_instruct.load",
            "alpaca_instruct.load_no_prompt",
            "alpaca_w_system",
            "alpaca_w_system.load",
            "alpaca_w_system.load_chat",
            "alpaca_w_system.load_instruct",
            "alpaca_w_system.load_open_orca",
            "alpaca_w_system.load_open_orca_chatml",
            "chat_template",
            "chat_template.default",
            "completion",
            "concisechoice",
            "context_qa",
            "context_qa.load",
            "context_qa.load_404",
            "context_qa.load_v2",
            "creative_acr.load_answer",
            "creative_acr.load_critique",
            "creative_acr.load_revise",
            "explainchoice",
            "explainchoice:chat",
            "explainchoice:chatml",
            "explainchoice:instruct",
            "explainchoice:phi",
            "gpteacher",
            "gpteacher:chat",
            "gpteacher:chatml",
            "gpteacher:instruct",
            "gpteacher:phi",
            "input_output",
            "jeopardy",
            "jeopardy:chat",
            "jeopardy:chatml",
            "jeopardy:instruct",
            "jeopardy:phi",
            "llama2_chat",
            "messages",
            "metharme",
            "oasst",
            "oasst:chat",
            "oasst:chatml",
            "oasst:instruct",
            "oasst:phi",
            "orcamini",
            "pretrain",
            "pygmalion",
            "reflection",
            "reflection:instruct",
            "summarizetldr");

    private PromptTypes() {}

    /** What is wrong with a name, and what would be right; empty for a known one. */
    static Optional<String> objection(String name) {
        if (NAMES.contains(name)) {
            return Optional.empty();
        }
        String family = name.replaceFirst("[.:].*", "");
        if (family.equals("sharegpt")) {
            return Optional.of("type sharegpt is no longer read, by Axolotl neither; write type: chat_template, "
                    + "field_messages: conversations and message_property_mappings: {role: from, content: value}");
        }
        return Optional.of(
                "type " + name + " is not a known prompt format; "
                        + Suggestion.nearest(name, NAMES)
                                .map(near -> "did you mean " + near + "?")
                                .orElse(
                                        "usual ones are alpaca, chat_template, completion and input_output, or a mapping of your own"));
    }
}
