package dev.newt.config;

import java.util.Optional;

/**
 * {@code type} written as a mapping: a prompt of the user's own.
 *
 * @param format of a row with input, with {@code {instruction}}, {@code {input}}, {@code {system}}
 * @param noInputFormat of a row without input
 */
public record PromptFormat(
        @Key("system_prompt") Optional<String> systemPrompt,
        @Key("system_format") Optional<String> systemFormat,
        @Key("field_system") Optional<String> fieldSystem,
        @Key("field_instruction") Optional<String> fieldInstruction,
        @Key("field_input") Optional<String> fieldInput,
        @Key("field_output") Optional<String> fieldOutput,
        @Key("format") Optional<String> format,
        @Key("no_input_format") Optional<String> noInputFormat) {}
