package dev.newt.config;

import dev.newt.config.yaml.Suggestion;
import java.util.List;
import java.util.Optional;

/** The names that {@code type} of a data set takes. */
final class PromptTypes {
    static final List<String> NAMES = List.of(
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
            "input_output");

    /** Axolotl's other types that may be written with a mapping. */
    private static final List<String> INSTRUCTIONS = List.of(
            "concisechoice",
            "context_qa",
            "creative_acr",
            "explainchoice",
            "gpteacher",
            "jeopardy",
            "metharme",
            "oasst",
            "orcamini",
            "reflection",
            "summarizetldr");

    private static final List<String> CONVERSATIONS = List.of("llama2_chat", "messages", "pygmalion");

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
        if (INSTRUCTIONS.contains(family)) {
            return Optional.of("type " + name
                    + " is not supported yet; write type as a mapping with field_instruction, field_output and format");
        }
        if (CONVERSATIONS.contains(family)) {
            return Optional.of(
                    "type " + name
                            + " is not supported yet; write type: chat_template with field_messages and message_property_mappings");
        }
        if (family.equals("pretrain")) {
            return Optional.of("type pretrain is not supported yet; write type: completion");
        }
        return Optional.of(
                "type " + name + " is not a known prompt format; "
                        + Suggestion.nearest(name, NAMES)
                                .map(near -> "did you mean " + near + "?")
                                .orElse(
                                        "usual ones are alpaca, chat_template, completion and input_output, or a mapping of your own"));
    }
}
