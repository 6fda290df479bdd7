package dev.newt.data.preference;

import java.util.Optional;

/**
 * Preference data in the user's own format: {@code type} as a mapping. Names are Axolotl's; the formats hold {@code {system}}, {@code
 * {prompt}}, {@code {chosen}}, {@code {rejected}} and {@code {completion}}, and an empty format means the field alone.
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
        Optional<String> completionFormat) {
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
