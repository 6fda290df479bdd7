package dev.newt.tensor;

import java.util.List;

/**
 * What an operation's way back reads.
 *
 * @param values of the tape, such as the operation's inputs
 * @param tensors that are the operation's own, closed after the way back
 * @param result whether the operation's result is read too
 */
record Kept(List<Value> values, List<Tensor> tensors, boolean result) {
    static final Kept NOTHING = new Kept(List.of(), List.of(), false);

    static Kept values(Value... values) {
        return new Kept(List.of(values), List.of(), false);
    }

    Kept andTensors(Tensor... own) {
        return new Kept(values, List.of(own), result);
    }

    Kept andResult() {
        return new Kept(values, tensors, true);
    }
}
