package dev.newt.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class NeighbourWatchTest {
    private static final long PATIENCE_SECONDS = 60;

    @Test
    void aThreadThatWaitsForAProcessorIsShortOfOne() {
        Contention contention = new Contention();

        assertThat(contention.after(0.1)).isFalse();
        assertThat(contention.after(0.2)).isTrue();
    }

    @Test
    void neighboursAreGoneOnlyAfterSomeCalm() {
        Contention contention = new Contention();
        contention.after(0.5);

        for (int look = 1; look < Contention.CALM_LOOKS; look++) {
            assertThat(contention.after(0)).isTrue();
        }
        assertThat(contention.after(0.1)).as("neither busy nor calm").isTrue();
        for (int look = 1; look < Contention.CALM_LOOKS; look++) {
            assertThat(contention.after(0)).isTrue();
        }
        assertThat(contention.after(0)).isFalse();
    }

    /** More threads than processors, of this process here: to the kernel they are neighbours like any others. */
    @Test
    void threadsSleepWhileOthersNeedTheProcessorsAndGiveTheSameNumbers() throws InterruptedException {
        int processors = Runtime.getRuntime().availableProcessors();
        try (DjlEngine engine = DjlEngine.create()) {
            Optional<NeighbourWatch> watch = NeighbourWatch.start(processors);
            assumeThat(watch).as("Linux that tells how long threads wait").isPresent();
            float[] alone = product(engine);

            AtomicBoolean busy = new AtomicBoolean(true);
            CountDownLatch running = new CountDownLatch(2 * processors);
            List<Thread> neighbours = new ArrayList<>();
            for (int i = 0; i < 2 * processors; i++) {
                Thread neighbour = new Thread(() -> spin(busy, running));
                neighbour.start();
                neighbours.add(neighbour);
            }
            try {
                running.await();
                assertThat(within(watch.get()::isThrottling)).as("sleeps").isTrue();
                assertThat(product(engine)).isEqualTo(alone);
            } finally {
                busy.set(false);
                for (Thread neighbour : neighbours) {
                    neighbour.join();
                }
            }
            watch.get().close();
            assertThat(within(() -> !watch.get().isThrottling()))
                    .as("spins again")
                    .isTrue();
            assertThat(product(engine)).isEqualTo(alone);
        }
    }

    private static void spin(AtomicBoolean busy, CountDownLatch running) {
        running.countDown();
        while (busy.get()) {
            Thread.onSpinWait();
        }
    }

    private static boolean within(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        return condition.getAsBoolean();
    }

    private static float[] product(DjlEngine engine) {
        float[] values = new float[256 * 256];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        try (Tensor x = engine.upload(values, Shape.of(256, 256));
                Tensor y = engine.linear(x, x, Optional.empty())) {
            return engine.downloadFloats(y);
        }
    }
}
