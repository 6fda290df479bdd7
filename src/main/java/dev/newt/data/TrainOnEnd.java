package dev.newt.data;

/** Values of {@code train_on_eos} and {@code train_on_eot}: after which turns the end token is learnt. */
public enum TrainOnEnd {
    ALL,
    /** After turns that are learnt. */
    TURN,
    /** The last one of the conversation. */
    LAST,
    NONE
}
