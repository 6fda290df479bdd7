package dev.newt.weights;

import java.util.Arrays;

/**
 * The mean of floats in torch's order of additions on one CPU thread (aten/src/ATen/native/cpu/SumKernel.cpp): 32 sums side by side,
 * each in cascades of 16, so that rounding errors stay small and the last bit agrees. Above 32,768 numbers torch divides the work among its
 * threads, and the last bits depend on how many there are.
 */
final class TorchMean {
    /** Floats in a vector register of 256 bits. */
    private static final int LANES = 8;

    /** Registers that are summed at the same time. */
    private static final int REGISTERS = 4;

    private static final int LEVELS = 4;

    private TorchMean() {}

    static float of(float[] values) {
        int vectors = values.length / LANES;
        float[] lanes = sumVectors(values, vectors);
        float sum = 0;
        for (int i = vectors * LANES; i < values.length; i++) {
            sum += values[i];
        }
        for (float lane : lanes) {
            sum += lane;
        }
        return sum / values.length;
    }

    private static float[] sumVectors(float[] values, int vectors) {
        int width = LANES * REGISTERS;
        int rows = vectors / REGISTERS;
        float[] sums = cascade(values, rows, width);
        for (int i = rows * width; i < vectors * LANES; i++) {
            sums[i % LANES] += values[i];
        }
        float[] lanes = new float[LANES];
        System.arraycopy(sums, 0, lanes, 0, LANES);
        for (int register = 1; register < REGISTERS; register++) {
            for (int lane = 0; lane < LANES; lane++) {
                lanes[lane] += sums[register * LANES + lane];
            }
        }
        return lanes;
    }

    /** The sum of each of {@code width} columns: after every 16 rows the lowest level is emptied into the next, and so on upwards. */
    private static float[] cascade(float[] values, int rows, int width) {
        int log2 = rows <= 1 ? 0 : 32 - Integer.numberOfLeadingZeros(rows - 1);
        int power = Math.max(4, log2 / LEVELS);
        int step = 1 << power;
        float[][] levels = new float[LEVELS][width];
        int row = 0;
        while (row + step <= rows) {
            for (int end = row + step; row < end; row++) {
                add(values, row * width, levels[0]);
            }
            for (int level = 1; level < LEVELS; level++) {
                add(levels[level - 1], 0, levels[level]);
                Arrays.fill(levels[level - 1], 0);
                if ((row & ((step - 1) << (level * power))) != 0) {
                    break;
                }
            }
        }
        for (; row < rows; row++) {
            add(values, row * width, levels[0]);
        }
        for (int level = 1; level < LEVELS; level++) {
            add(levels[level], 0, levels[0]);
        }
        return levels[0];
    }

    private static void add(float[] from, int offset, float[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] += from[offset + i];
        }
    }
}
