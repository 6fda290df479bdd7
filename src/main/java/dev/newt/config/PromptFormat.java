package dev.newt.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code type} written as a mapping: a prompt of the user's own, or with {@code rl} a pair of answers; each has keys of its own.
 *
 * @param format of a row with input, with {@code {instruction}}, {@code {input}}, {@code {system}}
 * @param noInputFormat of a row without input
 */
public record PromptFormat(
        @Key(
                        value = "system_prompt",
                        description = "System text of every row; unset, none.",
                        example = "\"Answer briefly.\"")
                Optional<String> systemPrompt,
        @Key(
                        value = "system_format",
                        description = "How the system text is written, with {system}; unset, as it is.",
                        example = "\"### System:\\n{system}\\n\"")
                Optional<String> systemFormat,
        @Key(value = "field_system", description = "Column with the system text of a row.", example = "system")
                Optional<String> fieldSystem,
        @Key(
                        value = "field_instruction",
                        description = "Column with the instruction; unset, instruction.",
                        example = "question")
                Optional<String> fieldInstruction,
        @Key(value = "field_input", description = "Column with the input; unset, input.", example = "context")
                Optional<String> fieldInput,
        @Key(value = "field_output", description = "Column with the answer; unset, output.", example = "answer")
                Optional<String> fieldOutput,
        @Key(
                        value = "format",
                        description = "Prompt of a row that has an input, with {instruction} and {input}.",
                        example = "\"[INST] {instruction} {input} [/INST]\"")
                Optional<String> format,
        @Key(
                        value = "no_input_format",
                        description = "Prompt of a row without input, with {instruction}; unset, as format.",
                        example = "\"[INST] {instruction} [/INST]\"")
                Optional<String> noInputFormat,
        @Key(
                        value = "field_prompt",
                        description = "Column with the prompt of a pair; unset, prompt.",
                        example = "question")
                Optional<String> fieldPrompt,
        @Key(value = "field_chosen", description = "Column with its better answer; unset, chosen.", example = "good")
                Optional<String> fieldChosen,
        @Key(value = "field_rejected", description = "Column with its worse answer; unset, rejected.", example = "bad")
                Optional<String> fieldRejected,
        @Key(
                        value = "prompt_format",
                        description = "Prompt of a pair, with {prompt} and {system}; unset, the prompt as it is.",
                        example = "\"[INST] {prompt} [/INST]\"")
                Optional<String> promptFormat,
        @Key(
                        value = "chosen_format",
                        description = "Better answer, with {chosen}; unset, as it is.",
                        example = "\"{chosen}</s>\"")
                Optional<String> chosenFormat,
        @Key(
                        value = "rejected_format",
                        description = "Worse answer, with {rejected}; unset, as it is.",
                        example = "\"{rejected}</s>\"")
                Optional<String> rejectedFormat) {
    /** Keys that only a row with one answer has. */
    Map<String, Optional<?>> supervisedKeys() {
        Map<String, Optional<?>> keys = new HashMap<>();
        keys.put("system_prompt", systemPrompt);
        keys.put("system_format", systemFormat);
        keys.put("field_instruction", fieldInstruction);
        keys.put("field_input", fieldInput);
        keys.put("field_output", fieldOutput);
        keys.put("format", format);
        keys.put("no_input_format", noInputFormat);
        return keys;
    }

    /** Keys that only a pair has. */
    Map<String, Optional<?>> pairKeys() {
        Map<String, Optional<?>> keys = new HashMap<>();
        keys.put("field_prompt", fieldPrompt);
        keys.put("field_chosen", fieldChosen);
        keys.put("field_rejected", fieldRejected);
        keys.put("prompt_format", promptFormat);
        keys.put("chosen_format", chosenFormat);
        keys.put("rejected_format", rejectedFormat);
        return keys;
    }
}
