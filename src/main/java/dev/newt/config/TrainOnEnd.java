package dev.newt.config;

/** {@code train_on_eos}, {@code train_on_eot}: after which turns the end token is trained. */
public enum TrainOnEnd implements Choice {
    ALL("all"),
    /** After the turns that are trained. */
    TURN("turn"),
    /** After the last turn. */
    LAST("last"),
    NONE("none");

    private final String text;

    TrainOnEnd(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
