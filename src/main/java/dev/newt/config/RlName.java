package dev.newt.config;

/** {@code rl}: the objective of training on judged answers, under Axolotl's names. */
public enum RlName implements Choice {
    /** Direct preference optimization on pairs of answers. */
    DPO("dpo");

    private final String text;

    RlName(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
