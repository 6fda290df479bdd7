package dev.newt.model;

import dev.newt.model.DecoderParameters.Layer;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * One block: a mixer and a feed-forward part, each after a norm of its own, on the residual stream.
 *
 * @param norm before both parts; each has weights of its own
 */
public record Block(Mixer mixer, FeedForward feedForward, Norm norm, Residual residual) {
    /** What the feed-forward part reads. */
    public enum Residual {
        /** The stream after the mixer was added. */
        SEQUENTIAL,
        /** The stream that the mixer reads, too; both are added at once. */
        PARALLEL
    }

    /** What it needs weights for, in the order of use. */
    public List<Declaration> declare(int hidden) {
        List<Declaration> all = new ArrayList<>();
        all.add(norm.declare(Role.ATTENTION_NORM, hidden));
        all.addAll(mixer.declare(hidden));
        all.add(norm.declare(Role.MLP_NORM, hidden));
        all.addAll(feedForward.declare(hidden));
        return all;
    }

    Value apply(Tape tape, Value x, Layer weights, Mixer.Sequences sequences) {
        return switch (residual) {
            case SEQUENTIAL -> {
                Value mixed = tape.frame(x, input -> tape.add(input, mixed(tape, input, weights, sequences)));
                yield tape.frame(mixed, input -> tape.add(input, fed(tape, input, weights)));
            }
            case PARALLEL -> tape.frame(x, input -> {
                Value mixed = mixed(tape, input, weights, sequences);
                return tape.add(tape.add(fed(tape, input, weights), mixed), input);
            });
        };
    }

    private Value mixed(Tape tape, Value input, Layer weights, Mixer.Sequences sequences) {
        return mixer.apply(tape, norm.apply(tape, input, weights.module(Role.ATTENTION_NORM)), weights, sequences);
    }

    private Value fed(Tape tape, Value input, Layer weights) {
        return feedForward.apply(tape, norm.apply(tape, input, weights.module(Role.MLP_NORM)), weights);
    }

    /** Elements of the compute type that are kept of each token for the backward pass, besides the block's input and adapters' own. */
    public long keptElements(int hidden) {
        long between = residual == Residual.SEQUENTIAL ? hidden : 0;
        return mixer.keptElements() + between + feedForward.keptElements(hidden);
    }

    /** Numbers of the accumulator type that are kept of each token for the backward pass. */
    public long keptScalars() {
        return 2L * norm.keptScalars() + mixer.keptScalars() + feedForward.keptScalars();
    }
}
