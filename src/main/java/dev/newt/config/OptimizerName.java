package dev.newt.config;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

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
    PAGED_ADAMW_8BIT("paged_adamw_8bit"),
    ADAMW_TORCH_NPU_FUSED("adamw_torch_npu_fused"),
    ADAMW_TORCH_XLA("adamw_torch_xla"),
    AO_ADAMW_4BIT("ao_adamw_4bit"),
    AO_ADAMW_8BIT("ao_adamw_8bit"),
    AO_ADAMW_FP8("ao_adamw_fp8"),
    FLASH_ADAMW("flash_adamw"),
    OPTIMI_ADAMW("optimi_adamw");

    private static final Set<OptimizerName> PLAIN = EnumSet.of(
            ADAMW_TORCH, ADAMW_TORCH_FUSED, ADAMW_HF, ADAMW_APEX_FUSED, ADAMW_TORCH_NPU_FUSED, ADAMW_TORCH_XLA);

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
        return PLAIN.contains(this)
                ? Optional.empty()
                : Optional.of(text
                        + " runs as adamw_torch, with its state in 32 bits and in memory: the same steps or more exact ones, "
                        + "8 bytes for each trained parameter");
    }
}
