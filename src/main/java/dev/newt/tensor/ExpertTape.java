package dev.newt.tensor;

import dev.newt.tensor.Engine.CombineGradients;
import dev.newt.tensor.Engine.RouteOutput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A mixture of experts: routing, the way of each token's row to its experts and back. */
final class ExpertTape {
    private final Tape tape;
    private final Engine engine;

    ExpertTape(Tape tape) {
        this.tape = tape;
        this.engine = tape.engine();
    }

    /** @param balance sums what the loss needs where {@code counted}, and adds its gradient on the way back */
    Routing route(Value logits, RoutingSpec spec, Optional<RouterBalance> balance, boolean counted) {
        int experts = Math.toIntExact(logits.shape().dim(1));
        RouteOutput output = engine.route(logits.tensor(), spec);
        Value weights = tape.made(output.weights(), logits.requiresGradient());
        LongBuffer chosen =
                engine.download(output.experts()).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
        Routing routing = Routing.of(weights, chosen, spec.topK(), experts);
        if (counted) {
            balance.ifPresent(b -> b.add(
                    routing.counts(),
                    doubles(output.probabilitySums()),
                    logits.shape().dim(0)));
        }
        output.probabilitySums().close();
        DType type = logits.dtype();
        tape.note(weights, List.of(weights, logits), List.of(output.experts(), output.probabilities()), dWeights -> {
            Optional<Tensor> dProbabilities = balance.flatMap(RouterBalance::gradient)
                    .map(gradient -> upload(gradient, output.probabilities().dtype()));
            try {
                Tensor dLogits = engine.routeBackward(dWeights, output, dProbabilities, spec, type);
                tape.pass(logits, dLogits);
            } finally {
                dProbabilities.ifPresent(Tensor::close);
            }
        });
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
        return combine(x, outputs, routing);
    }

    /** The rows of every expert that has tokens. Their gradients meet in one table, from which each token's are summed. */
    private List<Value> dispatch(Value x, Routing routing) {
        long width = x.shape().dim(1);
        Value meeting = Value.gradientAlone(Shape.of(routing.allTokens().length, width), x.dtype());
        if (x.requiresGradient()) {
            Tensor places = places(routing);
            tape.note(meeting, List.of(x), List.of(places), gathered -> {
                tape.pass(x, engine.combine(List.of(gathered), places, Optional.empty()));
            });
        }
        List<Value> parts = new ArrayList<>();
        for (int e = 0; e < routing.experts(); e++) {
            if (routing.tokens(e) > 0) {
                int expert = e;
                Value part = tape.made(gather(x, routing, e), x.requiresGradient());
                tape.note(
                        part,
                        List.of(x),
                        List.of(),
                        dRows -> meeting.accumulatePart(
                                engine, target -> engine.addToRows(dRows, target, routing.start(expert))));
                tape.remake(part, () -> gather(x, routing, expert));
                parts.add(part);
            }
        }
        return parts;
    }

    private Tensor gather(Value x, Routing routing, int expert) {
        try (Tensor tokens = engine.upload(routing.tokensOf(expert))) {
            return engine.gatherRows(x.tensor(), tokens);
        }
    }

    private Value combine(Value x, List<Value> parts, Routing routing) {
        Value weights = routing.weights();
        Tensor places = places(routing);
        boolean gradient = weights.requiresGradient() || parts.stream().anyMatch(Value::requiresGradient);
        Value out = tape.made(engine.combine(tensors(parts), places, Optional.of(weights.tensor())), gradient);
        List<Value> kept = new ArrayList<>(parts);
        kept.add(weights);
        tape.note(out, kept, List.of(places), dOut -> {
            try (Tensor tokens = engine.upload(routing.allTokens())) {
                CombineGradients gradients =
                        engine.combineBackward(dOut, tensors(parts), tokens, places, weights.tensor());
                tape.pass(weights, gradients.dWeights());
                for (int i = 0; i < parts.size(); i++) {
                    tape.pass(parts.get(i), gradients.dParts().get(i));
                }
            }
        });
        return out;
    }

    private Tensor places(Routing routing) {
        try (Tensor flat = engine.upload(routing.places())) {
            return engine.reshape(flat, Shape.of(routing.places().length / routing.topK(), routing.topK()));
        }
    }

    private static List<Tensor> tensors(List<Value> values) {
        return values.stream().map(Value::tensor).toList();
    }

    private double[] doubles(Tensor tensor) {
        try (Tensor wide = engine.cast(tensor, DType.F64)) {
            double[] values = new double[Math.toIntExact(tensor.shape().elements())];
            engine.download(wide)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asDoubleBuffer()
                    .get(values);
            return values;
        }
    }

    private Tensor upload(double[] values, DType type) {
        ByteBuffer elements = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        elements.asDoubleBuffer().put(values);
        try (Tensor wide = engine.upload(elements, DType.F64, Shape.of(values.length))) {
            return engine.cast(wide, type);
        }
    }
}
