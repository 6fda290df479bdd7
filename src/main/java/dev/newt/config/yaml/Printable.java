package dev.newt.config.yaml;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Makes text of unknown origin safe for a terminal, and tells its width there. */
final class Printable {
    private static final String INDENTED = "\n  ";
    private static final int FIRST_WIDE = 0x1100;

    private Printable() {}

    /** With invisible and control characters written as {@code <U+001B>}: they could move the cursor or reverse the text. */
    static String of(String text) {
        if (text.codePoints().noneMatch(Printable::isUnfit)) {
            return text;
        }
        StringBuilder printable = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (isUnfit(c)) {
                printable.append(String.format("<U+%04X>", c));
            } else {
                printable.appendCodePoint(c);
            }
        });
        return printable.toString();
    }

    /** As {@link #of}, but lines that are indented, and so cannot pass for lines of our own, stay lines. */
    static String ofLines(String text) {
        return Arrays.stream(text.split(INDENTED, -1)).map(Printable::of).collect(Collectors.joining(INDENTED));
    }

    static boolean isUnfit(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.FORMAT && c != 0x200C && c != 0x200D; // joiners belong to letters and emoji
    }

    /** Columns that a character takes on a terminal: 0, 1 or 2. */
    static int width(int c) {
        int type = Character.getType(c);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        return c >= FIRST_WIDE && isWide(c) ? 2 : 1;
    }

    /** The wide and full-width ranges of Unicode's East Asian Width (UAX 11), in large blocks. */
    private static boolean isWide(int c) {
        return c <= 0x115F
                || c >= 0x2E80 && c <= 0xA4CF && c != 0x303F
                || c >= 0xA960 && c <= 0xA97C
                || c >= 0xAC00 && c <= 0xD7A3
                || c >= 0xF900 && c <= 0xFAFF
                || c >= 0xFE30 && c <= 0xFE6F
                || c >= 0xFF00 && c <= 0xFF60
                || c >= 0xFFE0 && c <= 0xFFE6
                || c >= 0x1F300 && c <= 0x1F64F
                || c >= 0x1F680 && c <= 0x1F6FF
                || c >= 0x1F900 && c <= 0x1FAFF
                || c >= 0x20000 && c <= 0x3FFFD;
    }
}
