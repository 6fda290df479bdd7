package dev.newt.data.prompt;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How an instruction becomes a prompt.
 *
 * @param fieldInstruction column of the instruction
 * @param fieldInput column of the input, which may be absent or empty
 * @param fieldOutput column of the answer
 * @param fieldSystem column of the system text
 * @param systemRequired whether a row must have that column
 * @param systemPrompt system text of a row with input and without its own system text
 * @param systemNoInputPrompt system text of a row with neither
 * @param systemFormat format of a non-empty system text
 * @param turnFormat format of a row with input
 * @param turnNoInputFormat format of a row without input
 */
record InstructionFormat(
        String fieldInstruction,
        Optional<String> fieldInput,
        String fieldOutput,
        Optional<String> fieldSystem,
        boolean systemRequired,
        String systemPrompt,
        String systemNoInputPrompt,
        String systemFormat,
        String turnFormat,
        String turnNoInputFormat) {
    private static final Set<String> NAMES = Set.of("instruction", "input", "system");

    String prompt(Optional<String> ownSystem, String instruction, String input) {
        String system = ownSystem.orElse(input.isEmpty() ? systemNoInputPrompt : systemPrompt);
        String head = system.isEmpty() ? "" : fill(systemFormat, Map.of("system", system));
        String turn = input.isEmpty() ? turnNoInputFormat : turnFormat;
        return head + fill(turn, Map.of("instruction", instruction, "input", input, "system", system));
    }

    /** Replaces the placeholders in one pass, so that braces in the values stay as they are; double braces mean single ones. */
    private static String fill(String format, Map<String, String> values) {
        StringBuilder filled = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            int close = c == '{' ? format.indexOf('}', at) : -1;
            if ((c == '{' || c == '}') && at + 1 < format.length() && format.charAt(at + 1) == c) {
                filled.append(c);
                at += 2;
            } else if (close > at && NAMES.contains(format.substring(at + 1, close))) {
                filled.append(values.getOrDefault(format.substring(at + 1, close), ""));
                at = close + 1;
            } else {
                filled.append(c);
                at++;
            }
        }
        return filled.toString();
    }
}
