package dev.newt.model;

import dev.newt.tensor.DType;
import dev.newt.tensor.Memory;
import dev.newt.tensor.RotaryTables;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;

/** Cosines and sines of positions, computed in single precision as transformers does, and remembered. */
final class RotaryAngles {
    private final Rotary rotary;
    private final int pairs;
    private int positions;
    private int lengthOfFrequencies;
    private float[] cos = {};
    private float[] sin = {};

    RotaryAngles(Rotary rotary) {
        this.rotary = rotary;
        this.pairs = rotary.dims() / 2;
    }

    /** Tables [positions, dims / 2] for a compute type. {@code longest} is the length of the longest sequence. */
    RotaryTables tables(Memory memory, int[] tokenPositions, int longest, DType compute) {
        fill(longest);
        float[] c = new float[tokenPositions.length * pairs];
        float[] s = new float[c.length];
        for (int t = 0; t < tokenPositions.length; t++) {
            System.arraycopy(cos, tokenPositions[t] * pairs, c, t * pairs, pairs);
            System.arraycopy(sin, tokenPositions[t] * pairs, s, t * pairs, pairs);
        }
        Shape shape = Shape.of(tokenPositions.length, pairs);
        return new RotaryTables(upload(memory, c, shape, compute), upload(memory, s, shape, compute));
    }

    private static Tensor upload(Memory memory, float[] values, Shape shape, DType compute) {
        Tensor tensor = memory.upload(values, shape);
        if (compute.accumulator() == tensor.dtype()) {
            return tensor;
        }
        try (tensor) {
            return memory.cast(tensor, compute.accumulator());
        }
    }

    private void fill(int longest) {
        boolean stale = rotary.dependsOnLength() && lengthOfFrequencies != longest;
        if (longest <= positions && !stale) {
            return;
        }
        int wanted = stale ? longest : Math.max(longest, Math.min(2 * positions, longest + 4096));
        double[] frequencies = rotary.inverseFrequencies(longest);
        float factor = (float) rotary.attentionFactor();
        cos = new float[wanted * pairs];
        sin = new float[wanted * pairs];
        for (int position = 0; position < wanted; position++) {
            for (int i = 0; i < pairs; i++) {
                float angle = position * (float) frequencies[i];
                cos[position * pairs + i] = (float) Math.cos(angle) * factor;
                sin[position * pairs + i] = (float) Math.sin(angle) * factor;
            }
        }
        positions = wanted;
        lengthOfFrequencies = longest;
    }
}
