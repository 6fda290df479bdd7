package dev.newt.config.yaml;

import java.nio.file.Path;
import java.util.Optional;

/** Where YAML text comes from: a file, or an argument of the command line. */
public final class Source {
    private static final int AFTER_ALL_FILES = Integer.MAX_VALUE;
    private static final Source DEFAULT = new Source("default", Optional.empty(), "", AFTER_ALL_FILES);

    private final String name;
    private final Optional<Path> file;
    private final String text;
    private final int order;

    private Source(String name, Optional<Path> file, String text, int order) {
        this.name = name;
        this.file = file;
        this.text = text;
        this.order = order;
    }

    /**
     * @param file as the user named it
     * @param text empty where it could not be read
     * @param order its position among the files of one configuration, from 0
     */
    public static Source file(Path file, String text, int order) {
        return new Source(file.toString(), Optional.of(file), text, order);
    }

    /** The argument is shown as it was given, except for secrets. */
    public static Source argument(String argument) {
        return new Source("argument '" + Secrets.hidden(argument) + "'", Optional.empty(), "", AFTER_ALL_FILES);
    }

    /** The source of defaults. */
    public static Source byDefault() {
        return DEFAULT;
    }

    /** Its name in messages. */
    public String name() {
        return name;
    }

    /** Empty for an argument. */
    public Optional<Path> file() {
        return file;
    }

    /** The whole text; empty for an argument. */
    public String text() {
        return text;
    }

    int order() {
        return order;
    }

    /** A line without its end, counted from 1 as YAML counts; empty past the last one. */
    Optional<String> line(int number) {
        int start = 0;
        for (int line = 1; line < number; line++) {
            int end = endOfLine(start);
            if (end == text.length()) {
                return Optional.empty();
            }
            start = end + (text.startsWith("\r\n", end) ? 2 : 1);
        }
        return Optional.of(text.substring(start, endOfLine(start)));
    }

    private int endOfLine(int start) {
        int end = start;
        while (end < text.length() && "\n\r\u0085\u2028\u2029".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }
}
