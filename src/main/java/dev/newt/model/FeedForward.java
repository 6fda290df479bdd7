package dev.newt.model;

import dev.newt.model.DecoderParameters.Layer;
import dev.newt.tensor.Activation;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Value;
import java.util.List;

/**
 * The part of a block that works on each token by itself. A new kind declares its weights, computes and prices itself; it is a file of its own and
 * an entry in {@code permits}.
 */
public sealed interface FeedForward permits FeedForward.Gated, FeedForward.Plain, Experts {
    /** Width between up and down. */
    int intermediate();

    /** What it needs weights for, in the order of use. */
    List<Declaration> declare(int hidden);

    /** [T, hidden] -> [T, hidden]. */
    Value apply(Tape tape, Value x, Layer weights);

    /** The projection back to the hidden width. */
    Role last();

    /** How many results of a token and of {@link #intermediate} width one of its products' chains keeps for the backward pass. */
    int keptResults();

    /** Elements of the compute type that are kept of each token for the backward pass. */
    default long keptElements(int hidden) {
        return (long) keptResults() * intermediate();
    }

    /** Numbers of the accumulator type that are kept of each token for the backward pass. */
    default long keptScalars() {
        return 0;
    }

    /** The most of the tokens that are expected in any one product: all of them, or those of one expert. */
    default double largestShare() {
        return 1;
    }

    /** Elements of the compute type that are held of each token beside any one product's backward. */
    default long heldElements(int hidden) {
        return 0;
    }

    /**
     * {@code down(activation(gate(x)) * up(x))}.
     *
     * @param bias all three projections have a bias
     */
    record Gated(int intermediate, Activation activation, boolean bias) implements FeedForward {
        public Gated {
            DecoderSpec.requirePositive("intermediate", intermediate);
        }

        @Override
        public List<Declaration> declare(int hidden) {
            return List.of(
                    Declaration.linear(Role.GATE, hidden, intermediate, bias),
                    Declaration.linear(Role.UP, hidden, intermediate, bias),
                    Declaration.linear(Role.DOWN, intermediate, hidden, bias));
        }

        @Override
        public Value apply(Tape tape, Value x, Layer weights) {
            Value gate = tape.linear(x, weights.module(Role.GATE));
            Value up = tape.linear(x, weights.module(Role.UP));
            return tape.linear(tape.gatedActivation(gate, up, activation), weights.module(Role.DOWN));
        }

        @Override
        public Role last() {
            return Role.DOWN;
        }

        @Override
        public int keptResults() {
            return 2;
        }
    }

    /**
     * {@code down(activation(up(x)))}.
     *
     * @param bias both projections have a bias
     */
    record Plain(int intermediate, Activation activation, boolean bias) implements FeedForward {
        public Plain {
            DecoderSpec.requirePositive("intermediate", intermediate);
        }

        @Override
        public List<Declaration> declare(int hidden) {
            return List.of(
                    Declaration.linear(Role.UP, hidden, intermediate, bias),
                    Declaration.linear(Role.DOWN, intermediate, hidden, bias));
        }

        @Override
        public Value apply(Tape tape, Value x, Layer weights) {
            Value up = tape.linear(x, weights.module(Role.UP));
            return tape.linear(tape.activation(up, activation), weights.module(Role.DOWN));
        }

        @Override
        public Role last() {
            return Role.DOWN;
        }

        @Override
        public int keptResults() {
            return 1;
        }
    }
}
