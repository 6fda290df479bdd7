package dev.newt.api;

/** Hears how far the answers to the held-out questions are that {@code eval_table_size} asks for. Called on the training thread. */
public interface AnswerListener {
    /** Hears nothing. */
    AnswerListener NONE = new AnswerListener() {
        @Override
        public void begins(Moment moment) {}

        @Override
        public void answered(Moment moment, int done, int of) {}
    };

    /** When the questions are answered. */
    enum Moment {
        BEFORE_TRAINING,
        AFTER_TRAINING
    }

    /** The questions are about to be answered. */
    void begins(Moment moment);

    /**
     * One more question is answered.
     *
     * @param done so far
     * @param of all
     */
    void answered(Moment moment, int done, int of);
}
