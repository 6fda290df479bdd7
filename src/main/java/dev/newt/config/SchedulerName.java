package dev.newt.config;

/** {@code lr_scheduler}: the learning rate's curve, as in Hugging Face's {@code get_scheduler}. */
public enum SchedulerName implements Choice {
    /** Half a cosine from the learning rate to 0, after the warm-up. */
    COSINE("cosine"),
    /** A straight line to 0, after the warm-up. */
    LINEAR("linear"),
    /** Always the learning rate: no warm-up. */
    CONSTANT("constant"),
    /** The learning rate, after the warm-up. */
    CONSTANT_WITH_WARMUP("constant_with_warmup");

    private final String text;

    SchedulerName(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
