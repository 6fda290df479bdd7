package dev.newt.data.dataset;

import java.util.Optional;

/**
 * The fields of preference data, and a format of the user's own where {@code type} is a mapping. Names are Axolotl's; the formats hold
 * {@code {system}}, {@code {prompt}}, {@code {chosen}}, {@code {rejected}} and {@code {completion}}, and an empty format means the field
 * alone. Named types with a chat template read {@code fieldChosen} and {@code fieldRejected} of it.
 */
public record PreferenceFormat(
        String fieldSystem,
        String fieldPrompt,
        String fieldChosen,
        String fieldRejected,
        String fieldCompletion,
        String fieldLabel,
        Optional<String> promptFormat,
        Optional<String> chosenFormat,
        Optional<String> rejectedFormat,
        Optional<String> completionFormat)
        implements RowFormat {
    /** Axolotl's fields, taken as they are. */
    public static PreferenceFormat defaults() {
        return new PreferenceFormat(
                "system",
                "prompt",
                "chosen",
                "rejected",
                "completion",
                "label",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
