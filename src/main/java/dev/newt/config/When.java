package dev.newt.config;

/** {@code eval_strategy}, {@code save_strategy}. */
public enum When implements Choice {
    NEVER("no"),
    STEPS("steps"),
    EPOCH("epoch");

    private final String text;

    When(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
