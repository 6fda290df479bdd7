package dev.newt.plan;

import dev.newt.config.NewtConfig;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.plan.ExecutionPlan.Compute;
import dev.newt.plan.ExecutionPlan.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a run takes more than its configuration counts on, since a format of fewer bits does not exist yet: in bytes, with and without it. */
final class MemoryRemarks {
    /** Each moment is in 32 bits. */
    private static final int MOMENTS = 2 * 4;
    /** LLM.int8() keeps one 32-bit scale for each row of a matrix. */
    private static final int ROW_SCALE = 4;

    /** Of settings that ask for no such format. */
    static final MemoryRemarks NONE = new MemoryRemarks(Optional.empty());

    private final Optional<NewtConfig> asked;

    private MemoryRemarks(Optional<NewtConfig> asked) {
        this.asked = asked;
    }

    /** Of a configuration, which may. */
    MemoryRemarks(NewtConfig config) {
        this(Optional.of(config));
    }

    List<String> of(ModelConfig model, Method method, Compute compute) {
        return asked.map(config -> remarks(config, model, method, compute)).orElse(List.of());
    }

    private static List<String> remarks(NewtConfig config, ModelConfig model, Method method, Compute compute) {
        List<String> remarks = new ArrayList<>();
        if (config.model().loadIn8bit() && method.lora().isPresent()) {
            long parameters = model.tensors().parameters();
            long inEight = 0;
            long scales = 0;
            for (TensorSlot matrix : model.tensors().blockLinears()) {
                inEight += matrix.shape().elements();
                scales += matrix.shape().dim(0) * ROW_SCALE;
            }
            remarks.add("load_in_8bit is not supported yet: the base stays in " + compute.type() + ", "
                    + Text.bytes(parameters * compute.bytes()) + " where 8 bits would take "
                    + Text.bytes((parameters - inEight) * compute.bytes() + inEight + scales));
        }
        config.training()
                .optimizer()
                .narrow()
                .ifPresent(state -> remarks.add("optimizer: "
                        + config.training().optimizer().text()
                        + " runs as adamw_torch, with its state in 32 bits: "
                        + Text.bytes(MOMENTS * method.trainedParameters())
                        + " where " + state.bits() + " bits would take about "
                        + Text.bytes((long) (state.bytes() * method.trainedParameters()))));
        return remarks;
    }
}
