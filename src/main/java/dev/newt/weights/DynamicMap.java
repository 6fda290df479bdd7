package dev.newt.weights;

import java.util.Arrays;

/**
 * The 8-bit code from "8-Bit Approximations for Parallelism in Deep Learning" (arXiv 1511.04561) as bitsandbytes builds it: 256 values in [-1, 1],
 * dense around 0. Its 7 decades hold 1, 2, 4, ... 64 values of each sign.
 */
final class DynamicMap {
    private static final int DECADES = 7;
    private static final float[] VALUES = build();

    private DynamicMap() {}

    static float value(int code) {
        return VALUES[code];
    }

    /** All 256, ascending. */
    static float[] values() {
        return VALUES.clone();
    }

    /** The code whose value is nearest to {@code x}, with bitsandbytes' choice if two are equally near. */
    static int nearest(float x) {
        int pivot = 127;
        int below = 0;
        int above = 255;
        for (int step = 64; step > 0; step /= 2) {
            if (x > VALUES[pivot]) {
                below = pivot;
                pivot += step;
            } else {
                above = pivot;
                pivot -= step;
            }
        }
        if (x > VALUES[pivot]) {
            return x > (VALUES[above] + VALUES[pivot]) * 0.5f ? above : pivot;
        }
        return x < (VALUES[below] + VALUES[pivot]) * 0.5f ? below : pivot;
    }

    private static float[] build() {
        float[] values = new float[256];
        int count = 0;
        for (int decade = 0; decade < DECADES; decade++) {
            int items = 1 << decade;
            float unit = (float) Math.pow(10, decade - (DECADES - 1));
            for (int i = 0; i < items; i++) {
                float middle = (border(i, items) + border(i + 1, items)) / 2;
                values[count++] = unit * middle;
                values[count++] = -(unit * middle);
            }
        }
        values[count++] = 0;
        values[count] = 1;
        Arrays.sort(values);
        return values;
    }

    /** Border {@code i} of {@code items} equal parts of [0.1, 1], counted from the nearer end, each rounded once, as torch does. */
    private static float border(int i, int items) {
        float step = (1 - 0.1f) / items;
        return i < (items + 1) / 2 ? Math.fma(step, i, 0.1f) : Math.fma(-step, items - i, 1f);
    }
}
