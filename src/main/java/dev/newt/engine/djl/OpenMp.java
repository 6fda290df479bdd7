package dev.newt.engine.djl;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** GNU's OpenMP, whose threads do libtorch's work on Linux. */
final class OpenMp {
    private static final Path MAPS = Path.of("/proc/self/maps");

    private final Function parallel;
    private final Pointer nothing;

    private OpenMp(NativeLibrary library) {
        this.parallel = library.getFunction("GOMP_parallel");
        // free(NULL) does nothing, on every thread of a team.
        this.nothing = Function.getFunction(Platform.C_LIBRARY_NAME, "free");
    }

    /** Sets a variable that OpenMP reads when it is loaded. The JVM's own view of the environment stays as it was. */
    static void setVariable(String name, String value) {
        if (!Platform.isLinux()) {
            return;
        }
        try {
            Function.getFunction(Platform.C_LIBRARY_NAME, "setenv").invokeInt(new Object[] {name, value, 1});
        } catch (LinkageError e) {
            // Without JNA the library keeps its own ways: slower beside other processes, never wrong.
            return;
        }
    }

    /** The copy that libtorch has loaded; empty where it uses another. */
    static Optional<OpenMp> loaded() {
        if (!Platform.isLinux() || !Files.isReadable(MAPS)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(MAPS)) {
            return lines.filter(line -> line.contains("/libgomp"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .findFirst()
                    .map(path -> new OpenMp(NativeLibrary.getInstance(path)));
        } catch (IOException | LinkageError e) {
            return Optional.empty();
        }
    }

    /**
     * While it is open, threads that wait fall asleep after a moment instead of spinning for milliseconds. OpenMP does so by itself when it
     * manages more threads than there are processors; so it is given some that sleep.
     */
    final class Throttle implements AutoCloseable {
        private final CountDownLatch end = new CountDownLatch(1);
        private final Thread owner;

        Throttle(int processors) {
            owner = new Thread(() -> hold(processors), "newt-openmp-throttle");
            owner.setDaemon(true);
            owner.start();
        }

        private void hold(int processors) {
            parallel.invokeVoid(new Object[] {nothing, Pointer.NULL, processors + 1, 0});
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** The team ends with the thread that owns it. */
        @Override
        public void close() {
            end.countDown();
        }
    }
}
