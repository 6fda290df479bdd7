package dev.newt.cli;

/** Text that a model wrote, before it goes to a terminal. */
final class Text {
    private static final char REPLACEMENT = '\uFFFD';

    private Text() {}

    /** Without control characters, which could move the cursor or worse; line breaks and tabs stay. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            printable.append(Character.isISOControl(c) && c != '\n' && c != '\t' ? REPLACEMENT : c);
        }
        return printable.toString();
    }
}
