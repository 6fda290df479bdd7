package dev.newt.engine;

import dev.newt.tensor.Engine;
import org.junit.jupiter.api.Nested;

/**
 * The truth of every operation of an {@link Engine}, by topic: plain definitions differentiated by libtorch's autograd in float64 over
 * random shapes, with one bound for each type. Each engine's test extends this.
 */
public abstract class EngineContract {
    /** A new engine of the kind that is tested. */
    protected abstract Engine open();

    @Nested
    class MemoryTests extends MemoryContract {
        @Override
        Engine open() {
            return EngineContract.this.open();
        }
    }

    @Nested
    class ElementTests extends ElementContract {
        @Override
        Engine open() {
            return EngineContract.this.open();
        }
    }

    @Nested
    class LinearTests extends LinearContract {
        @Override
        Engine open() {
            return EngineContract.this.open();
        }
    }

    @Nested
    class BlockTests extends BlockContract {
        @Override
        Engine open() {
            return EngineContract.this.open();
        }
    }

    @Nested
    class ExpertTests extends ExpertContract {
        @Override
        Engine open() {
            return EngineContract.this.open();
        }
    }

    @Nested
    class AttentionTests extends AttentionContract {
        @Override
        Engine open() {
            return EngineContract.this.open();
        }
    }

    @Nested
    class HeadTests extends HeadContract {
        @Override
        Engine open() {
            return EngineContract.this.open();
        }
    }

    @Nested
    class UpdateTests extends UpdateContract {
        @Override
        Engine open() {
            return EngineContract.this.open();
        }
    }
}
