package dev.newt.data.dataset;

import java.util.Optional;

/**
 * A prompt of the user's own: {@code type} as a mapping. Names are Axolotl's; {@code {instruction}}, {@code {input}} and {@code {system}} are
 * replaced by the row's fields.
 *
 * @param systemPrompt for rows without a system text of their own
 * @param systemFormat of the system text, with {@code {system}}
 * @param format of a row with input
 * @param noInputFormat of a row without input; empty for {@code format}
 */
public record PromptFormat(
        String systemPrompt,
        String systemFormat,
        Optional<String> fieldSystem,
        String fieldInstruction,
        String fieldInput,
        String fieldOutput,
        String format,
        Optional<String> noInputFormat)
        implements RowFormat {}
