package dev.newt.data;

/** What happens to an example of more than {@code sequence_len} tokens. */
public enum ExcessLengthStrategy {
    DROP,
    /** Only its first {@code sequence_len} tokens are kept. */
    TRUNCATE,
    /** Preparation ends with an error that names the row. */
    RAISE
}
