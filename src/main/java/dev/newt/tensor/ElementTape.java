package dev.newt.tensor;

import dev.newt.tensor.BackwardOps.GatedGradients;
import java.util.List;

/** Activations, sums, and the parts of a value. */
final class ElementTape {
    private final Tape tape;

    ElementTape(Tape tape) {
        this.tape = tape;
    }

    Value activation(Value x, Activation activation) {
        Value out = tape.record(
                tape.forward().activation(x.tensor(), activation),
                x.requiresGradient(),
                Kept.values(x),
                dOut -> tape.pass(x, tape.engine().activationBackward(dOut, x.tensor(), activation)));
        return tape.remade(out, () -> tape.forward().activation(x.tensor(), activation));
    }

    Value gated(Value gate, Value up, Activation activation) {
        Value out = tape.record(
                tape.forward().gatedActivation(gate.tensor(), up.tensor(), activation),
                gate.requiresGradient() || up.requiresGradient(),
                Kept.values(gate, up),
                dOut -> {
                    GatedGradients gradients =
                            tape.engine().gatedActivationBackward(dOut, gate.tensor(), up.tensor(), activation);
                    tape.pass(gate, gradients.dGate());
                    tape.pass(up, gradients.dUp());
                });
        return tape.remade(out, () -> tape.forward().gatedActivation(gate.tensor(), up.tensor(), activation));
    }

    Value add(Value a, Value b) {
        return tape.record(
                tape.forward().add(a.tensor(), b.tensor()),
                a.requiresGradient() || b.requiresGradient(),
                Kept.NOTHING,
                dOut -> {
                    for (Value addend : List.of(a, b)) {
                        if (addend.requiresGradient()) {
                            addend.accumulateShared(tape.engine(), dOut);
                        }
                    }
                });
    }

    Value scale(Value x, double factor) {
        return tape.record(
                tape.forward().scaled(x.tensor(), factor),
                x.requiresGradient(),
                Kept.NOTHING,
                dOut -> tape.pass(x, tape.engine().scaled(dOut, factor)));
    }

    Value slice(Value x, int groups, int start, int length) {
        return tape.record(
                tape.forward().slice(x.tensor(), groups, start, length),
                x.requiresGradient(),
                Kept.NOTHING,
                dOut -> x.accumulatePart(
                        tape.engine(), target -> tape.engine().addToSlice(dOut, target, groups, start)));
    }

    Value rows(Value x, long start, long end) {
        refuseWhereRecorded();
        return tape.constant(tape.memory().rows(x.tensor(), start, end));
    }

    Value rows(Value x, Tensor rows) {
        refuseWhereRecorded();
        return tape.constant(tape.forward().gatherRows(x.tensor(), rows));
    }

    private void refuseWhereRecorded() {
        if (tape.recording()) {
            throw new IllegalStateException("rows has no backward");
        }
    }
}
