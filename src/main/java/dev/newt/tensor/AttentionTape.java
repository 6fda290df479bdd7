package dev.newt.tensor;

import dev.newt.tensor.BackwardOps.AttentionGradients;
import dev.newt.tensor.ForwardOps.AttentionOutput;

/** Attention and the rotary embedding of its heads. */
final class AttentionTape {
    private final Tape tape;

    AttentionTape(Tape tape) {
        this.tape = tape;
    }

    Value rotary(Value x, RotaryTables tables, int headDim) {
        return tape.record(
                tape.forward().rotary(x.tensor(), tables.cos(), tables.sin(), headDim),
                x.requiresGradient(),
                Kept.NOTHING,
                dOut -> tape.pass(x, tape.engine().rotaryBackward(dOut, tables.cos(), tables.sin(), headDim)));
    }

    Value attention(Value q, Value k, Value v, Segments segments, AttentionSpec spec) {
        AttentionOutput output = tape.forward().attention(q.tensor(), k.tensor(), v.tensor(), segments, spec);
        return tape.record(
                output.out(),
                q.requiresGradient() || k.requiresGradient() || v.requiresGradient(),
                Kept.values(q, k, v).andTensors(output.logSumExp()).andResult(),
                dOut -> {
                    AttentionGradients gradients = tape.engine()
                            .attentionBackward(dOut, q.tensor(), k.tensor(), v.tensor(), output, segments, spec);
                    tape.pass(q, gradients.dQ());
                    tape.pass(k, gradients.dK());
                    tape.pass(v, gradients.dV());
                });
    }

    Value attention(Value q, Value k, Value v, KvCache cache, int layer, AttentionSpec spec) {
        if (tape.training()) {
            throw new IllegalStateException("a key-value cache has no backward");
        }
        return tape.constant(tape.forward().attention(q.tensor(), k.tensor(), v.tensor(), cache, layer, spec));
    }
}
