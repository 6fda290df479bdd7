package dev.newt.engine.djl;

import com.sun.jna.Function;
import com.sun.jna.Platform;

/** The C library's allocator, from which libtorch takes its tensors' memory. */
final class NativeHeap {
    /** glibc's malloc.h. */
    private static final int M_MMAP_THRESHOLD = -3;

    private static final int LARGE_BYTES = 1 << 22;

    private NativeHeap() {}

    /**
     * Gives every large block pages of its own, returned when it is freed. By itself glibc raises the bound with each block that is freed;
     * then activations lie in one heap, whose holes are lost to other sizes.
     */
    static void returnLargeBlocks() {
        if (!Platform.isLinux()) {
            return;
        }
        try {
            Function.getFunction(Platform.C_LIBRARY_NAME, "mallopt")
                    .invokeInt(new Object[] {M_MMAP_THRESHOLD, LARGE_BYTES});
        } catch (LinkageError e) {
            // Another C library than glibc has its own ways, and JNA may find no room to unpack itself: the run takes
            // more memory.
            return;
        }
    }
}
