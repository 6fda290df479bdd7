package dev.newt.config;

/**
 * Why a key may be left aside: only for these reasons, since none of them changes a number, the device or a bound on memory that a user
 * counts on.
 */
enum NoEffect {
    /** It makes the same computation faster elsewhere. */
    SPEED("speed"),
    /** It says where a run is watched. */
    TRACKING("tracking"),
    /** It says what else is kept of a run, or sent away. */
    SAVING("saving"),
    /** It steers other devices than the one that trains, or several. */
    OTHER_DEVICES("other devices"),
    /** The files of model and tokenizer say it. */
    FILES("read from the files"),
    /** It is an option of a command, or of Axolotl's own. */
    COMMANDS("commands");

    private final String words;

    NoEffect(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    static NoEffect of(String words) {
        for (NoEffect kind : values()) {
            if (kind.words.equals(words)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(words);
    }
}
