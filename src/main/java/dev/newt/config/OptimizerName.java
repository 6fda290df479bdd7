package dev.newt.config;

import java.util.Optional;

/**
 * {@code optimizer}. Those of AdamW have two 32-bit moments a parameter. Variants that store the moments in fewer bits are accepted and run as
 * plain AdamW, which is at least as exact; what that takes more is said by the plan. Paged ones keep them in main memory, where they are.
 */
public enum OptimizerName implements Choice {
    ADAMW_TORCH("adamw_torch"),
    ADAMW_TORCH_FUSED("adamw_torch_fused"),
    ADAMW_HF("adamw_hf"),
    ADAMW_APEX_FUSED("adamw_apex_fused"),
    ADAMW_BNB_8BIT("adamw_bnb_8bit", Narrow.EIGHT),
    ADAMW_8BIT("adamw_8bit", Narrow.EIGHT),
    ADAMW_TORCH_8BIT("adamw_torch_8bit", Narrow.EIGHT),
    ADAMW_TORCH_4BIT("adamw_torch_4bit", Narrow.FOUR),
    PAGED_ADAMW("paged_adamw"),
    PAGED_ADAMW_32BIT("paged_adamw_32bit"),
    PAGED_ADAMW_8BIT("paged_adamw_8bit", Narrow.EIGHT),
    ADAMW_TORCH_NPU_FUSED("adamw_torch_npu_fused"),
    ADAMW_TORCH_XLA("adamw_torch_xla"),
    AO_ADAMW_4BIT("ao_adamw_4bit", Narrow.FOUR),
    AO_ADAMW_8BIT("ao_adamw_8bit", Narrow.EIGHT),
    AO_ADAMW_FP8("ao_adamw_fp8", Narrow.EIGHT),
    FLASH_ADAMW("flash_adamw", Narrow.EIGHT),
    OPTIMI_ADAMW("optimi_adamw", Narrow.SIXTEEN),
    SGD("sgd", Rule.SGD),
    LION_32BIT("lion_32bit", Rule.LION),
    PAGED_LION_32BIT("paged_lion_32bit", Rule.LION),
    LION_PYTORCH("lion_pytorch", Rule.LION);

    /** How the gradients change the weights. */
    public enum Rule {
        ADAMW,
        SGD,
        LION
    }

    /**
     * The state in fewer bits than 32, as the variant's own library keeps it.
     *
     * @param bits of a moment
     * @param bytes of state for each trained parameter, scales of blocks included
     */
    public record Narrow(int bits, double bytes) {
        private static final Narrow FOUR = new Narrow(4, 2 * (0.5 + 4.0 / 128));
        private static final Narrow EIGHT = new Narrow(8, 2 * (1 + 4.0 / 256));
        /** Both moments, and what rounding has lost. */
        private static final Narrow SIXTEEN = new Narrow(16, 3 * 2);
    }

    private final String text;

    private final Rule rule;

    private final Optional<Narrow> narrow;

    OptimizerName(String text) {
        this(text, Rule.ADAMW);
    }

    OptimizerName(String text, Rule rule) {
        this(text, rule, Optional.empty());
    }

    OptimizerName(String text, Narrow narrow) {
        this(text, Rule.ADAMW, Optional.of(narrow));
    }

    OptimizerName(String text, Rule rule, Optional<Narrow> narrow) {
        this.text = text;
        this.rule = rule;
        this.narrow = narrow;
    }

    public Rule rule() {
        return rule;
    }

    @Override
    public String text() {
        return text;
    }

    /** The state that a variant of fewer bits would have; it has 32 here. */
    public Optional<Narrow> narrow() {
        return narrow;
    }
}
