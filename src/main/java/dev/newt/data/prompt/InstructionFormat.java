package dev.newt.data.prompt;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an instruction becomes a prompt.
 *
 * @param fieldInstruction column of the instruction
 * @param fieldInput column of the input, which may be missing or empty
 * @param fieldOutput column of the answer
 * @param fieldSystem column of the system text
 * @param systemRequired whether a row must have that column
 * @param systemPrompt of a row with input and without a system text of its own
 * @param systemNoInputPrompt of a row without either
 * @param systemFormat of a system text that is not empty
 * @param turnFormat of a row with input
 * @param turnNoInputFormat of a row without input
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
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{|}}|\\{(instruction|input|system)}");

    String prompt(Optional<String> ownSystem, String instruction, String input) {
        String system = ownSystem.orElse(input.isEmpty() ? systemNoInputPrompt : systemPrompt);
        String head = system.isEmpty() ? "" : fill(systemFormat, Map.of("system", system));
        String turn = input.isEmpty() ? turnNoInputFormat : turnFormat;
        return head + fill(turn, Map.of("instruction", instruction, "input", input, "system", system));
    }

    /** Replaces the placeholders in one pass, so that braces in the values stay as they are; double braces mean single ones. */
    private static String fill(String format, Map<String, String> values) {
        StringBuilder filled = new StringBuilder();
        Matcher matcher = PLACEHOLDER.matcher(format);
        while (matcher.find()) {
            String name = matcher.group(1);
            String value = name == null ? matcher.group().substring(1) : values.getOrDefault(name, "");
            matcher.appendReplacement(filled, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(filled).toString();
    }
}
