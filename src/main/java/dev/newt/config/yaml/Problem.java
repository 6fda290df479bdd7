package dev.newt.config.yaml;

/**
 * One thing to tell the user about a configuration.
 *
 * @param message one line: what is wrong; what would be right
 */
public record Problem(Place place, Severity severity, String message) {
    /** How bad it is. */
    public enum Severity {
        /** Nothing can run. */
        ERROR("error"),
        /** The run goes on, but not as the file might suggest. */
        WARNING("warning");

        private final String word;

        Severity(String word) {
            this.word = word;
        }
    }

    /** {@code file:line:column: severity: message}. */
    @Override
    public String toString() {
        return place + ": " + severity.word + ": " + message;
    }
}
