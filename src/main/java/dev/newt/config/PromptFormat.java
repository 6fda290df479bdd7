package dev.newt.config;

import java.util.Optional;

/**
 * {@code type} written as a mapping: a prompt of the user's own.
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
                Optional<String> noInputFormat) {}
