package dev.newt.config;

/** {@code excess_length_strategy}: what happens to a row of more than {@code sequence_len} tokens. */
public enum ExcessLength implements Choice {
    DROP("drop"),
    TRUNCATE("truncate"),
    RAISE("raise");

    private final String text;

    ExcessLength(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
