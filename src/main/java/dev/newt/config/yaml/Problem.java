package dev.newt.config.yaml;

import java.util.Optional;

/**
 * One message to the user about a configuration.
 *
 * @param message one line: what is wrong; what would be right
 * @param key the path of the key it is about, such as {@code datasets[0].path}
 * @param reason why a rule between keys exists
 * @param see where to read more: a command, or a file
 */
public record Problem(
        Place place,
        Severity severity,
        String message,
        Optional<String> key,
        Optional<String> reason,
        Optional<String> see) {
    /** How bad it is. */
    public enum Severity {
        /** The configuration cannot be used. */
        ERROR("error"),
        /** The run proceeds, but not as the file might suggest. */
        WARNING("warning");

        private final String word;

        Severity(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    public Problem {
        message = Printable.ofLines(message);
    }

    public Problem(Place place, Severity severity, String message) {
        this(place, severity, message, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public static Problem error(Place place, String message) {
        return new Problem(place, Severity.ERROR, message);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** A problem with a documented key. */
    public Problem ofKey(String path) {
        return about(path).seeAlso("newt schema --field " + path.replaceAll("\\[\\d+]", "[]"));
    }

    /** A problem with a key that may be unknown. */
    public Problem about(String path) {
        return new Problem(place, severity, message, Optional.of(path), reason, see);
    }

    public Problem because(String why) {
        return new Problem(place, severity, message, key, Optional.of(why), see);
    }

    public Problem seeAlso(String where) {
        return new Problem(place, severity, message, key, reason, Optional.of(where));
    }

    /** {@code file:line:column: severity: message}. */
    @Override
    public String toString() {
        return place + ": " + severity.word + ": " + message;
    }
}
