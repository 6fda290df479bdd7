package dev.newt.data.dataset;

/** Whether what is trained of a row is meant to end with an end token. */
public enum Ending {
    /** The row holds answers, and the model must be trained to end them. */
    NEEDED,
    /** The row says itself what is trained, its end tokens included; one that ends otherwise may be a mistake. */
    USUAL,
    /** Running text, or the user asked for answers without end tokens. */
    FREE
}
