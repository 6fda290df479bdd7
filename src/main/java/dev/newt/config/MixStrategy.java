package dev.newt.config;

/** {@code mix_strategy}: how several data sets become one. */
public enum MixStrategy implements Choice {
    CONCAT("concat"),
    INTERLEAVE_UNDER("interleave_under"),
    INTERLEAVE_OVER("interleave_over");

    private final String text;

    MixStrategy(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
