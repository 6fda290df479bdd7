package dev.newt.engine.djl;

import dev.newt.tensor.DType;
import dev.newt.tensor.Dropout;
import dev.newt.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Which elements a dropout keeps: a function of its key and the element's index, by splitmix64 (Steele, Lea, Flood, OOPSLA 2014). */
final class DropoutMask {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private DropoutMask() {}

    /** U8, 1 where an element is kept; absent where nothing is dropped. The caller closes it. */
    static Optional<TorchTensor> of(Optional<Dropout> dropout, Shape shape, TorchMemory memory) {
        if (dropout.isEmpty() || dropout.get().probability() == 0) {
            return Optional.empty();
        }
        TorchTensor mask = memory.empty(DType.U8, shape);
        fill(memory.contents(mask), dropout.get());
        return Optional.of(mask);
    }

    /** What a kept element is multiplied by. */
    static double inverseKeep(Optional<Dropout> dropout) {
        return 1 / (1 - dropout.map(Dropout::probability).orElse(0.0));
    }

    static void fill(ByteBuffer mask, Dropout dropout) {
        long key = mix(dropout.key() + GOLDEN_GAMMA);
        // An element is dropped when its 32 random bits, unsigned, are below this.
        int threshold = (int) (long) Math.floor(dropout.probability() * 0x1p32) + Integer.MIN_VALUE;
        int size = mask.limit();
        for (int i = 0; i < size; i += 2) {
            long bits = mix(key + (i >>> 1) * GOLDEN_GAMMA);
            mask.put(i, (byte) ((int) bits + Integer.MIN_VALUE < threshold ? 0 : 1));
            if (i + 1 < size) {
                mask.put(i + 1, (byte) ((int) (bits >>> 32) + Integer.MIN_VALUE < threshold ? 0 : 1));
            }
        }
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
