package dev.newt.config;

/** {@code bf16}: whether weights and activations are bfloat16. */
public enum Precision implements Choice {
    /** Where the processor multiplies bfloat16 in hardware. */
    AUTO("auto"),
    ON("true"),
    OFF("false"),
    /** In Axolotl also for evaluation, which is so here in any case: the same as {@link #ON}. */
    FULL("full");

    private final String text;

    Precision(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
