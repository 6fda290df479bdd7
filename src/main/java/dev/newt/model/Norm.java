package dev.newt.model;

import dev.newt.tensor.Linear;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Value;

/** A norm over the width of its weight. */
public sealed interface Norm {
    boolean bias();

    /** How many numbers of each row are kept for the backward pass, in the accumulator type. */
    int keptScalars();

    /** @param weights its weight [width] and, where it has one, its bias [width] */
    Value apply(Tape tape, Value x, Linear weights);

    /** @param width of what is normed */
    default Declaration declare(Role role, int width) {
        return Declaration.of(role, Shape.of(width), bias());
    }

    /** {@code x / sqrt(mean(x^2) + eps) * w} (arXiv 1910.07467). */
    record Rms(double eps) implements Norm {
        @Override
        public boolean bias() {
            return false;
        }

        @Override
        public int keptScalars() {
            return 1;
        }

        @Override
        public Value apply(Tape tape, Value x, Linear weights) {
            return tape.rmsNorm(x, weights.weight(), eps);
        }
    }

    /** {@code (x - mean(x)) / sqrt(var(x) + eps) * w + b} (arXiv 1607.06450). */
    record Layer(double eps, boolean bias) implements Norm {
        @Override
        public int keptScalars() {
            return 2;
        }

        @Override
        public Value apply(Tape tape, Value x, Linear weights) {
            return tape.layerNorm(x, weights.weight(), weights.bias(), eps);
        }
    }
}
