package dev.newt.optim;

import dev.newt.tensor.Engine;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * AdamW (arXiv 1711.05101) over a model's trainable parameters, with their moments in the accumulator type.
 *
 * <p>As in Hugging Face's Trainer, norm weights and biases are not decayed.
 */
public final class AdamW implements AutoCloseable {
    private final Engine engine;
    private final AdamWSettings settings;
    private final List<Slot> slots = new ArrayList<>();
    private long updates;

    private record Slot(TrainableParameter parameter, Tensor firstMoment, Tensor secondMoment, boolean decayed) {}

    public AdamW(Engine engine, List<? extends TrainableParameter> parameters, AdamWSettings settings) {
        this.engine = engine;
        this.settings = settings;
        for (TrainableParameter parameter : parameters) {
            Tensor master = parameter.master();
            slots.add(new Slot(
                    parameter,
                    engine.zeros(master.dtype(), master.shape()),
                    engine.zeros(master.dtype(), master.shape()),
                    isDecayed(parameter)));
        }
    }

    /**
     * Whether weight decay applies: to everything but vectors, which are norm weights and biases. An adapter's vector (DoRA's magnitude) is
     * decayed, as peft under Hugging Face's Trainer does.
     */
    public static boolean isDecayed(TrainableParameter parameter) {
        return parameter.shape().rank() > 1 || parameter.name().contains("lora_");
    }

    /** Updates every parameter that has a gradient; the others stay. Gradients are kept. */
    public void step(double learningRate) {
        updates++;
        update(learningRate, settings.weightDecay(), true);
        update(learningRate, 0, false);
    }

    private void update(double learningRate, double weightDecay, boolean decayed) {
        List<Slot> group = slots.stream()
                .filter(slot -> slot.decayed() == decayed)
                .filter(slot -> slot.parameter().gradient().isPresent())
                .toList();
        if (group.isEmpty()) {
            return;
        }
        engine.adamW(
                group.stream().map(slot -> slot.parameter().master()).toList(),
                Gradients.of(group.stream().map(Slot::parameter).toList()),
                group.stream().map(Slot::firstMoment).toList(),
                group.stream().map(Slot::secondMoment).toList(),
                updates,
                learningRate,
                settings.beta1(),
                settings.beta2(),
                settings.epsilon(),
                weightDecay);
        group.forEach(slot -> slot.parameter().mastersChanged());
    }

    /** How often {@link #step} ran, earlier parts of a restored run included. */
    public long updates() {
        return updates;
    }

    /** The moments by name, {@code exp_avg.<parameter>} and {@code exp_avg_sq.<parameter>}; they stay the optimizer's. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Slot slot : slots) {
            state.put("exp_avg." + slot.parameter().name(), slot.firstMoment());
            state.put("exp_avg_sq." + slot.parameter().name(), slot.secondMoment());
        }
        return state;
    }

    /**
     * Takes the state of an earlier run over.
     *
     * @param updates of that run
     * @param values gives the tensor of a name of {@link #state}, of the same shape; it is closed here
     */
    public void restore(long updates, Function<String, Tensor> values) {
        this.updates = updates;
        state().forEach((name, tensor) -> {
            try (Tensor value = values.apply(name)) {
                engine.copyInto(value, tensor);
            }
        });
    }

    @Override
    public void close() {
        for (Slot slot : slots) {
            slot.firstMoment().close();
            slot.secondMoment().close();
        }
    }
}
