package dev.newt.config;

import java.util.Optional;

/**
 * {@code optimizer}. All are AdamW with two 32-bit moments a parameter. Variants that store the moments in fewer bits or page them exist to
 * save memory on a GPU; they are accepted and run as plain AdamW, which is at least as exact.
 */
public enum OptimizerName implements Choice {
    ADAMW_TORCH("adamw_torch"),
    ADAMW_TORCH_FUSED("adamw_torch_fused"),
    ADAMW_HF("adamw_hf"),
    ADAMW_APEX_FUSED("adamw_apex_fused"),
    ADAMW_BNB_8BIT("adamw_bnb_8bit"),
    ADAMW_8BIT("adamw_8bit"),
    ADAMW_TORCH_8BIT("adamw_torch_8bit"),
    ADAMW_TORCH_4BIT("adamw_torch_4bit"),
    PAGED_ADAMW("paged_adamw"),
    PAGED_ADAMW_32BIT("paged_adamw_32bit"),
    PAGED_ADAMW_8BIT("paged_adamw_8bit");

    private final String text;

    OptimizerName(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public Optional<String> note() {
        return text.contains("bit") || text.startsWith("paged")
                ? Optional.of(text
                        + " runs as adamw_torch, with its state in 32 bits and in memory: the same steps or more exact ones, "
                        + "8 bytes for each trained parameter")
                : Optional.empty();
    }
}
