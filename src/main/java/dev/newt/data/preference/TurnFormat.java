package dev.newt.data.preference;

import dev.newt.rows.Row;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Axolotl's types that write one question and its answers as ChatML or in Llama 3's format, told apart by the names of their fields. */
enum TurnFormat {
    CHATML("<|im_start|>", "\n", "<|im_end|>", "\n"),
    LLAMA3("<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>", "");

    private final String begin;
    private final String behindRole;
    private final String end;
    private final String behindTurn;

    TurnFormat(String begin, String behindRole, String end, String behindTurn) {
        this.begin = begin;
        this.behindRole = behindRole;
        this.end = end;
        this.behindTurn = behindTurn;
    }

    private String prompt(String system, String question) {
        return (system.isEmpty() ? "" : turn("system", system)) + turn("user", question) + begin + "assistant"
                + behindRole;
    }

    private String turn(String role, String text) {
        return begin + role + behindRole + text + end + behindTurn;
    }

    private PreferencePair pair(Row row, boolean withSystem, String question, String chosen, String rejected) {
        String system = withSystem ? PreferenceFields.optionalText(row, "system") : "";
        return new PreferencePair(prompt(system, question), chosen + end, rejected + end);
    }

    /** Types of pairs, by the part of their names after the format. */
    Map<String, PreferenceStrategy> pairs() {
        Map<String, PreferenceStrategy> types = new TreeMap<>();
        PreferenceStrategy general = row -> pair(
                row,
                true,
                PreferenceFields.firstOf(row, "prompt", "input", "question", "instruction"),
                PreferenceFields.firstOf(row, "chosen", "chosen_response"),
                PreferenceFields.firstOf(row, "rejected", "rejected_response"));
        types.put("default", general);
        types.put("argilla", general);
        types.put(
                "argilla_chat",
                row -> pair(
                        row,
                        false,
                        PreferenceFields.content(row, "chosen", 0),
                        PreferenceFields.content(row, "chosen", 1),
                        PreferenceFields.content(row, "rejected", 1)));
        Map.of("icr", "input", "intel", "question", "prompt_pairs", "prompt")
                .forEach((type, field) -> types.put(
                        type,
                        row -> pair(
                                row,
                                true,
                                PreferenceFields.text(row, field),
                                PreferenceFields.text(row, "chosen"),
                                PreferenceFields.text(row, "rejected"))));
        types.put(
                "ultra",
                row -> pair(
                        row,
                        true,
                        PreferenceFields.text(row, "prompt"),
                        PreferenceFields.content(row, "chosen", 1),
                        PreferenceFields.content(row, "rejected", 1)));
        return types;
    }

    /** Types of single answers with a verdict. */
    Map<String, PreferenceStrategy> verdicts() {
        Map<String, PreferenceStrategy> types = new TreeMap<>();
        Map.of("argilla", "instruction", "intel", "question", "prompt_pairs", "prompt", "ultra", "prompt")
                .forEach((type, field) -> types.put(
                        type,
                        verdict(
                                row -> prompt(
                                        PreferenceFields.optionalText(row, "system"),
                                        PreferenceFields.text(row, field)),
                                row -> PreferenceFields.text(row, "completion"))));
        types.put(
                "argilla_chat",
                verdict(
                        row -> prompt("", PreferenceFields.content(row, "completion", 0)),
                        row -> PreferenceFields.content(row, "completion", 1)));
        return types;
    }

    private PreferenceStrategy verdict(Function<Row, String> prompt, Function<Row, String> answer) {
        return row ->
                new KtoExample(prompt.apply(row), answer.apply(row) + end, PreferenceFields.verdict(row, "label"));
    }
}
