package dev.newt.config;

import dev.newt.config.yaml.Suggestion;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

    /** Types of pairs of answers, for {@code rl: dpo}. */
    static final List<String> PAIRS = List.of(
            "chat_template",
            "chat_template.argilla",
            "chat_template.argilla_chat",
            "chat_template.default",
            "chatml.argilla",
            "chatml.argilla_chat",
            "chatml.default",
            "chatml.icr",
            "chatml.intel",
            "chatml.prompt_pairs",
            "chatml.ultra",
            "llama3.argilla",
            "llama3.argilla_chat",
            "llama3.default",
            "llama3.icr",
            "llama3.intel",
            "llama3.prompt_pairs",
            "llama3.ultra",
            "orpo.chat_template",
            "passthrough.default");

    private PromptTypes() {}

    /** All names, each once. */
    static List<String> all() {
        return Stream.concat(NAMES.stream(), PAIRS.stream()).distinct().toList();
    }

    /** What is wrong with a known name where rows are trained as answers, or by an objective; empty for a right one. */
    static Optional<String> objection(String name, Optional<RlName> rl) {
        List<String> right = rl.isPresent() ? PAIRS : NAMES;
        if (right.contains(name) || !all().contains(name)) {
            return Optional.empty();
        }
        return Optional.of(
                rl.map(
                                objective -> "type " + name + " holds no pairs of answers, which rl: "
                                        + objective.text()
                                        + " is trained on; pairs are read by " + String.join(", ", PAIRS)
                                        + ", a mapping with field_prompt, field_chosen and field_rejected, or no type for rows that have prompt, chosen and rejected")
                        .orElseGet(
                                () -> "type " + name
                                        + " holds pairs of answers, of which supervised training takes one alone; add rl: dpo to train on pairs"));
    }

    /** What is wrong with a name that is not known at all, and what would be right; empty for a known one. */
    static Optional<String> objection(String name) {
        if (all().contains(name)) {
            return Optional.empty();
        }
        String family = name.replaceFirst("[.:].*", "");
        if (family.equals("sharegpt")) {
            return Optional.of("type sharegpt is no longer read, by Axolotl neither; write type: chat_template, "
                    + "field_messages: conversations and message_property_mappings: {role: from, content: value}");
        }
        return Optional.of(
                "type " + name + " is not a known prompt format; "
                        + Suggestion.nearest(name, all())
                                .map(near -> "did you mean " + near + "?")
                                .orElse(
                                        "usual ones are alpaca, chat_template, completion and input_output, or a mapping of your own"));
    }
}
