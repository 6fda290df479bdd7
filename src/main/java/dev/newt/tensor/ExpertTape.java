package dev.newt.tensor;

import dev.newt.tensor.BackwardOps.CombineGradients;
import dev.newt.tensor.ForwardOps.RouteOutput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A mixture of experts: routing, the way of each token's row to its experts and back. */
final class ExpertTape {
    private final Tape tape;

    ExpertTape(Tape tape) {
        this.tape = tape;
    }

    /** @param balance sums what the loss needs where {@code counted}, and adds its gradient on the way back */
    Routing route(Value logits, RoutingSpec spec, Optional<RouterBalance> balance, boolean counted) {
        int experts = Math.toIntExact(logits.shape().dim(1));
        RouteOutput output = tape.forward().route(logits.tensor(), spec);
        int[] chosen = chosen(output.experts());
        DType wide = output.probabilities().dtype();
        double[] sums = doubles(output.probabilitySums());
        output.probabilitySums().close();
        Value weights = tape.record(
                output.weights(),
                logits.requiresGradient(),
                Kept.NOTHING
                        .andTensors(output.experts(), output.probabilities())
                        .andResult(),
                dWeights -> {
                    Optional<Tensor> dProbabilities =
                            balance.flatMap(RouterBalance::gradient).map(gradient -> upload(gradient, wide));
                    try {
                        tape.pass(
                                logits,
                                tape.engine().routeBackward(dWeights, output, dProbabilities, spec, logits.dtype()));
                    } finally {
                        dProbabilities.ifPresent(Tensor::close);
                    }
                });
        Routing routing = Routing.of(weights, chosen, spec.topK(), experts);
        if (counted) {
            balance.ifPresent(b -> b.add(routing.counts(), sums, logits.shape().dim(0)));
        }
        return routing;
    }

    Value experts(Value x, Routing routing, Tape.ExpertBody body) {
        List<Value> outputs = new ArrayList<>();
        List<Value> inputs = dispatch(x, routing);
        int next = 0;
        for (int e = 0; e < routing.experts(); e++) {
            if (routing.tokens(e) > 0) {
                int expert = e;
                outputs.add(tape.frame(inputs.get(next++), rows -> body.apply(expert, rows)));
            }
        }
        return combine(outputs, routing);
    }

    /** The rows of every expert that has tokens. Their gradients meet in one table, from which each token's are summed. */
    private List<Value> dispatch(Value x, Routing routing) {
        long width = x.shape().dim(1);
        Value meeting = Value.gradientAlone(Shape.of(routing.allTokens().length, width), x.dtype());
        if (x.requiresGradient() && tape.recording()) {
            Tensor places = places(routing);
            tape.record(
                    meeting,
                    Kept.values(x).andTensors(places),
                    gathered -> tape.pass(x, tape.engine().combine(List.of(gathered), places, Optional.empty())));
        }
        List<Value> parts = new ArrayList<>();
        for (int e = 0; e < routing.experts(); e++) {
            if (routing.tokens(e) > 0) {
                parts.add(part(x, routing, e, meeting));
            }
        }
        return parts;
    }

    private Value part(Value x, Routing routing, int expert, Value meeting) {
        int start = routing.start(expert);
        Value part = tape.record(
                gather(x, routing, expert),
                x.requiresGradient(),
                Kept.values(x),
                dRows -> meeting.accumulatePart(
                        tape.engine(), target -> tape.engine().addToRows(dRows, target, start)));
        return tape.remade(part, () -> gather(x, routing, expert));
    }

    private Tensor gather(Value x, Routing routing, int expert) {
        try (Tensor tokens = tape.memory().upload(routing.tokensOf(expert))) {
            return tape.forward().gatherRows(x.tensor(), tokens);
        }
    }

    private Value combine(List<Value> parts, Routing routing) {
        Value weights = routing.weights();
        Tensor places = places(routing);
        List<Value> kept = new ArrayList<>(parts);
        kept.add(weights);
        return tape.record(
                tape.forward().combine(tensors(parts), places, Optional.of(weights.tensor())),
                kept.stream().anyMatch(Value::requiresGradient),
                Kept.values(kept.toArray(Value[]::new)).andTensors(places),
                dOut -> {
                    CombineGradients gradients;
                    try (Tensor tokens = tape.memory().upload(routing.allTokens())) {
                        gradients =
                                tape.engine().combineBackward(dOut, tensors(parts), tokens, places, weights.tensor());
                    }
                    tape.pass(weights, gradients.dWeights());
                    for (int i = 0; i < parts.size(); i++) {
                        tape.pass(parts.get(i), gradients.dParts().get(i));
                    }
                });
    }

    private Tensor places(Routing routing) {
        try (Tensor flat = tape.memory().upload(routing.places())) {
            return tape.memory().reshape(flat, Shape.of(routing.places().length / routing.topK(), routing.topK()));
        }
    }

    private static List<Tensor> tensors(List<Value> values) {
        return values.stream().map(Value::tensor).toList();
    }

    private int[] chosen(Tensor experts) {
        LongBuffer numbers =
                tape.memory().download(experts).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
        int[] chosen = new int[numbers.remaining()];
        Arrays.setAll(chosen, i -> (int) numbers.get(i));
        return chosen;
    }

    private double[] doubles(Tensor tensor) {
        try (Tensor wide = tape.memory().cast(tensor, DType.F64)) {
            double[] values = new double[Math.toIntExact(tensor.shape().elements())];
            tape.memory()
                    .download(wide)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asDoubleBuffer()
                    .get(values);
            return values;
        }
    }

    private Tensor upload(double[] values, DType type) {
        ByteBuffer elements = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        elements.asDoubleBuffer().put(values);
        try (Tensor wide = tape.memory().upload(elements, DType.F64, Shape.of(values.length))) {
            return tape.memory().cast(wide, type);
        }
    }
}
