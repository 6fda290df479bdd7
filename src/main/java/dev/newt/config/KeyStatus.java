package dev.newt.config;

/** What becomes of a key. */
public enum KeyStatus {
    WORKS("works"),
    /** Read as another key, with a warning. */
    OLD_SPELLING("old spelling"),
    /** Accepted with a warning: leaving it aside changes no result. */
    NO_EFFECT("no effect"),
    /** Accepted with a warning: the run takes more memory than it would with the key, which the plan's warning says in figures. */
    MORE_MEMORY("more memory"),
    /** Refused, with what to write instead. */
    NOT_SUPPORTED("not supported");

    private final String words;

    KeyStatus(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }

    static KeyStatus of(String words) {
        for (KeyStatus status : values()) {
            if (status.words.equals(words)) {
                return status;
            }
        }
        throw new IllegalArgumentException(words);
    }
}
