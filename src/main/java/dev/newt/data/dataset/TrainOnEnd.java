package dev.newt.data.dataset;

/** Values of {@code train_on_eos} and {@code train_on_eot}: after which turns the end token is trained. */
public enum TrainOnEnd {
    ALL,
    /** After turns that are trained. */
    TURN,
    /** The last one of the conversation. */
    LAST,
    NONE
}
