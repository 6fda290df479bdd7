package dev.newt.model;

import java.util.OptionalDouble;

/**
 * Rotary position embedding (RoFormer, arXiv 2104.09864): the frequencies by which positions turn the pairs of a head's dimensions. Computed
 * as transformers does (modeling_rope_utils.py), each step in single precision where it uses single precision, so that the angles of far
 * positions agree too.
 *
 * @param theta the base of the geometric series of frequencies
 * @param dims how many of a head's dimensions turn; even
 * @param scaling how the frequencies are changed for contexts longer than the pretrained one
 */
public record Rotary(double theta, int dims, Scaling scaling) {
    public Rotary {
        if (!(theta > 0) || dims <= 0 || dims % 2 != 0) {
            throw new IllegalArgumentException("rotary theta " + theta + " over " + dims + " dimensions");
        }
    }

    /**
     * The angle that one position adds to each pair of dimensions, in radians, [dims / 2], fastest first.
     *
     * @param sequenceLength one more than the largest position in use; only {@link Dynamic} depends on it
     */
    public double[] inverseFrequencies(int sequenceLength) {
        return scaling.inverseFrequencies(this, sequenceLength);
    }

    /** Whether {@link #inverseFrequencies} depends on the sequence length. */
    public boolean dependsOnLength() {
        return scaling instanceof Dynamic;
    }

    /** The factor on both cosines and sines. */
    public double attentionFactor() {
        return scaling.attentionFactor();
    }

    /** How frequencies change for long contexts. */
    public sealed interface Scaling permits Default, Linear, Dynamic, Yarn, Llama3 {
        double[] inverseFrequencies(Rotary rotary, int sequenceLength);

        default double attentionFactor() {
            return 1;
        }
    }

    /** No change. */
    public record Default() implements Scaling {
        @Override
        public double[] inverseFrequencies(Rotary rotary, int sequenceLength) {
            return unscaled(rotary.theta, rotary.dims);
        }
    }

    /** Position interpolation (arXiv 2306.15595): every frequency divided by {@code factor}. */
    public record Linear(double factor) implements Scaling {
        public Linear {
            requirePositive("factor", factor);
        }

        @Override
        public double[] inverseFrequencies(Rotary rotary, int sequenceLength) {
            double[] frequencies = unscaled(rotary.theta, rotary.dims);
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] = (float) frequencies[i] / (float) factor;
            }
            return frequencies;
        }
    }

    /**
     * NTK-aware scaling by the current length: theta grows once the sequence is longer than {@code maxPositions}. A function of the length
     * alone, while transformers keeps the largest length seen until a shorter one than {@code maxPositions} comes.
     */
    public record Dynamic(double factor, int maxPositions) implements Scaling {
        public Dynamic {
            requirePositive("factor", factor);
            requirePositive("maxPositions", maxPositions);
        }

        @Override
        public double[] inverseFrequencies(Rotary rotary, int sequenceLength) {
            double length = Math.max(sequenceLength, maxPositions);
            double stretch = factor * length / maxPositions - (factor - 1);
            double dims = rotary.dims;
            return unscaled(rotary.theta * Math.pow(stretch, dims / (dims - 2)), rotary.dims);
        }
    }

    /**
     * YaRN (arXiv 2309.00071): fast dimensions keep their frequency, slow ones are interpolated, those between are blended.
     *
     * @param originalMaxPositions the pretrained context length
     * @param betaFast turns within that length above which a dimension keeps its frequency
     * @param betaSlow turns below which it is interpolated in full
     * @param truncate whether the borders between the three are rounded outwards to whole dimensions
     * @param statedAttentionFactor replaces the one that follows from {@code factor}
     * @param mscale with {@code mscaleAllDim} (both present and not 0) the ratio of two attention factors is taken
     */
    public record Yarn(
            double factor,
            int originalMaxPositions,
            double betaFast,
            double betaSlow,
            boolean truncate,
            OptionalDouble statedAttentionFactor,
            OptionalDouble mscale,
            OptionalDouble mscaleAllDim)
            implements Scaling {
        public Yarn {
            requirePositive("factor", factor);
            requirePositive("originalMaxPositions", originalMaxPositions);
            requirePositive("betaFast", betaFast);
            requirePositive("betaSlow", betaSlow);
        }

        @Override
        public double attentionFactor() {
            if (statedAttentionFactor.isPresent()) {
                return statedAttentionFactor.getAsDouble();
            }
            if (mscale.orElse(0) != 0 && mscaleAllDim.orElse(0) != 0) {
                return lengthFactor(mscale.getAsDouble()) / lengthFactor(mscaleAllDim.getAsDouble());
            }
            return lengthFactor(1);
        }

        private double lengthFactor(double multiplier) {
            return factor <= 1 ? 1 : 0.1 * multiplier * Math.log(factor) + 1;
        }

        @Override
        public double[] inverseFrequencies(Rotary rotary, int sequenceLength) {
            int dims = rotary.dims;
            double low = dimensionOfTurns(betaFast, rotary);
            double high = dimensionOfTurns(betaSlow, rotary);
            if (truncate) {
                low = Math.floor(low);
                high = Math.ceil(high);
            }
            low = Math.max(low, 0);
            high = Math.min(high, dims - 1.0);
            if (low == high) {
                high += 0.001; // the ramp must have a width
            }
            double[] frequencies = new double[dims / 2];
            for (int i = 0; i < frequencies.length; i++) {
                float wave = wave(rotary.theta, dims, i);
                float extrapolated = 1 / wave;
                float interpolated = 1 / ((float) factor * wave);
                float ramp = (float) Math.min(1, Math.max(0, (float) (i - low) / (float) (high - low)));
                float keep = 1 - ramp;
                frequencies[i] = interpolated * (1 - keep) + extrapolated * keep;
            }
            return frequencies;
        }

        /** The (fractional) dimension that turns {@code turns} times within the pretrained length. */
        private double dimensionOfTurns(double turns, Rotary rotary) {
            return rotary.dims * Math.log(originalMaxPositions / (turns * 2 * Math.PI)) / (2 * Math.log(rotary.theta));
        }
    }

    /**
     * Llama 3.1's: wave lengths above {@code originalMaxPositions / lowFreqFactor} are stretched by {@code factor}, those below {@code
     * originalMaxPositions / highFreqFactor} kept, those between blended.
     */
    public record Llama3(double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositions)
            implements Scaling {
        public Llama3 {
            requirePositive("factor", factor);
            requirePositive("lowFreqFactor", lowFreqFactor);
            requirePositive("originalMaxPositions", originalMaxPositions);
            if (!(highFreqFactor > lowFreqFactor)) {
                throw new IllegalArgumentException(
                        "high frequency factor " + highFreqFactor + " is not above the low one, " + lowFreqFactor);
            }
        }

        @Override
        public double[] inverseFrequencies(Rotary rotary, int sequenceLength) {
            float longest = (float) (originalMaxPositions / lowFreqFactor);
            float shortest = (float) (originalMaxPositions / highFreqFactor);
            double[] frequencies = unscaled(rotary.theta, rotary.dims);
            for (int i = 0; i < frequencies.length; i++) {
                float frequency = (float) frequencies[i];
                float waveLength = (float) (2 * Math.PI) / frequency;
                if (waveLength > longest) {
                    frequencies[i] = frequency / (float) factor;
                } else if (waveLength >= shortest) {
                    float smooth = (originalMaxPositions / waveLength - (float) lowFreqFactor)
                            / (float) (highFreqFactor - lowFreqFactor);
                    frequencies[i] = (1 - smooth) * frequency / (float) factor + smooth * frequency;
                }
            }
            return frequencies;
        }
    }

    private static double[] unscaled(double theta, int dims) {
        double[] frequencies = new double[dims / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1 / wave(theta, dims, i);
        }
        return frequencies;
    }

    /** {@code theta^(2i/dims)}, the wave length over 2 pi. */
    private static float wave(double theta, int dims, int i) {
        float exponent = 2 * i / (float) dims;
        return (float) Math.pow((float) theta, exponent);
    }

    private static void requirePositive(String what, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("rotary " + what + " must be positive: " + value);
        }
    }
}
