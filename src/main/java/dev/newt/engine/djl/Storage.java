package dev.newt.engine.djl;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/** The memory behind one or more tensors, counted while any of them is open. */
final class Storage {
    private final TorchMemory memory;
    private final long bytes;
    /** Keeps foreign memory reachable; null for libtorch's own. */
    private ByteBuffer buffer;

    private int uses = 1;

    Storage(TorchMemory memory, long bytes, ByteBuffer buffer) {
        this.memory = memory;
        this.bytes = bytes;
        this.buffer = buffer;
        memory.opened(bytes);
    }

    boolean isMapped() {
        return buffer != null;
    }

    Storage share() {
        uses++;
        return this;
    }

    void release() {
        if (--uses == 0) {
            memory.released(bytes);
            Reference.reachabilityFence(buffer);
            buffer = null;
        }
    }
}
