package dev.newt.tensor;

import dev.newt.tensor.BackwardOps.HeadOutput;

/** Both ends of a model: the embedding of its tokens and their log-probabilities. */
final class HeadTape {
    private final Tape tape;

    HeadTape(Tape tape) {
        this.tape = tape;
    }

    Value embedding(Parameter table, Tensor ids) {
        Tensor out;
        try (Parameter.Lease values = table.lease()) {
            out = tape.forward().embedding(values.tensor(), ids);
        }
        Tensor kept = view(ids);
        return tape.record(
                out,
                table.trainable(),
                Kept.NOTHING.andTensors(kept),
                dOut -> table.accumulate(tape.engine()
                        .embeddingBackward(dOut, kept, table.shape().dim(0))));
    }

    Value tokenLogProbs(Value hidden, Parameter head, Tensor positions, Tensor targets) {
        Tensor out;
        try (Parameter.Lease w = head.lease()) {
            out = tape.forward().tokenLogProbs(hidden.tensor(), w.tensor(), positions, targets);
        }
        Tensor keptPositions = view(positions);
        Tensor keptTargets = view(targets);
        return tape.record(
                out,
                hidden.requiresGradient() || head.trainable(),
                Kept.values(hidden).andTensors(keptPositions, keptTargets),
                dLogProbs -> {
                    HeadOutput output = gradients(hidden, head, keptPositions, keptTargets, dLogProbs);
                    output.logProbs().close();
                    passOn(output, hidden, head);
                });
    }

    Value tokenLogProbs(Value hidden, Parameter head, Tensor positions, Tensor targets, Tensor dLogProbs) {
        HeadOutput output = gradients(hidden, head, positions, targets, dLogProbs);
        passOn(output, hidden, head);
        return tape.constant(output.logProbs());
    }

    private HeadOutput gradients(Value hidden, Parameter head, Tensor positions, Tensor targets, Tensor dLogProbs) {
        try (Parameter.Lease w = head.lease()) {
            return tape.engine()
                    .tokenLogProbsAndGradients(
                            hidden.tensor(),
                            w.tensor(),
                            positions,
                            targets,
                            dLogProbs,
                            hidden.requiresGradient(),
                            head.trainable());
        }
    }

    private void passOn(HeadOutput output, Value hidden, Parameter head) {
        output.dHidden().ifPresent(d -> tape.pass(hidden, d));
        output.dWeight().ifPresent(head::accumulate);
    }

    /** The same tensor, to be closed by itself. */
    private Tensor view(Tensor tensor) {
        return tape.memory().reshape(tensor, tensor.shape());
    }
}
