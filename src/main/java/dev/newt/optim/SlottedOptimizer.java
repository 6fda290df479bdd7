package dev.newt.optim;

import dev.newt.tensor.Engine;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** An optimizer that keeps a few tensors of each parameter's shape, in the accumulator type, and updates a whole group in one call. */
abstract class SlottedOptimizer implements Optimizer {
    private final Engine engine;
    private final List<String> buffers;
    private final double weightDecay;
    private final List<Slot> slots = new ArrayList<>();
    private long updates;

    private record Slot(TrainableParameter parameter, List<Tensor> state, ParameterGroups.Group group) {}

    /**
     * What one call of a kernel updates: equally long lists.
     *
     * @param state the tensors of each buffer, in the order of the buffers
     */
    record Batch(List<Tensor> parameters, List<Tensor> gradients, List<List<Tensor>> state) {}

    /** @param buffers their names, in the order in which {@link Batch#state} has them */
    SlottedOptimizer(
            Engine engine,
            List<? extends TrainableParameter> parameters,
            ParameterGroups groups,
            double weightDecay,
            String... buffers) {
        this.engine = engine;
        this.buffers = List.of(buffers);
        this.weightDecay = weightDecay;
        for (TrainableParameter parameter : parameters) {
            Tensor master = parameter.master();
            List<Tensor> state = new ArrayList<>();
            for (int i = 0; i < buffers.length; i++) {
                state.add(engine.zeros(master.dtype(), master.shape()));
            }
            slots.add(new Slot(parameter, state, groups.of(parameter)));
        }
    }

    /**
     * Updates parameters of one group in place.
     *
     * @param update number of this step, from 1
     */
    abstract void update(Engine on, Batch batch, long update, double learningRate, double decay);

    @Override
    public final void step(double learningRate) {
        updates++;
        Map<ParameterGroups.Group, List<Slot>> byGroup = slots.stream()
                .filter(slot -> slot.parameter().gradient().isPresent())
                .collect(Collectors.groupingBy(Slot::group, LinkedHashMap::new, Collectors.toList()));
        byGroup.forEach((group, members) -> {
            Batch batch = new Batch(
                    members.stream().map(slot -> slot.parameter().master()).toList(),
                    Gradients.of(members.stream().map(Slot::parameter).toList()),
                    IntStream.range(0, buffers.size())
                            .mapToObj(i -> members.stream()
                                    .map(slot -> slot.state().get(i))
                                    .toList())
                            .toList());
            update(engine, batch, updates, learningRate * group.rate(), weightDecay * group.decay());
            members.forEach(slot -> slot.parameter().mastersChanged());
        });
    }

    @Override
    public final long updates() {
        return updates;
    }

    @Override
    public final Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Slot slot : slots) {
            for (int i = 0; i < buffers.size(); i++) {
                state.put(
                        buffers.get(i) + "." + slot.parameter().name(),
                        slot.state().get(i));
            }
        }
        return state;
    }

    @Override
    public final void restore(long updatesDone, Function<String, Tensor> values) {
        updates = updatesDone;
        state().forEach((name, tensor) -> {
            try (Tensor value = values.apply(name)) {
                engine.copyInto(value, tensor);
            }
        });
    }

    @Override
    public final void close() {
        slots.forEach(slot -> slot.state().forEach(Tensor::close));
    }
}
