package dev.newt.data.prompt;

import dev.newt.data.dataset.Example;
import java.util.Arrays;

/** Collects spans of tokens, each either trained or not. */
final class ExampleBuilder {
    private int[] ids = new int[256];
    private boolean[] trained = new boolean[256];
    private int size;

    ExampleBuilder add(int[] span, boolean isTrained) {
        if (size + span.length > ids.length) {
            int capacity = Math.max(size + span.length, 2 * ids.length);
            ids = Arrays.copyOf(ids, capacity);
            trained = Arrays.copyOf(trained, capacity);
        }
        System.arraycopy(span, 0, ids, size, span.length);
        Arrays.fill(trained, size, size + span.length, isTrained);
        size += span.length;
        return this;
    }

    Example build() {
        return new Example(Arrays.copyOf(ids, size), Arrays.copyOf(trained, size));
    }
}
