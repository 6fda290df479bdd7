package dev.newt.bench;

import dev.newt.tensor.Engine;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * An engine that measures how long each of its operations takes, by the clock and by what the calling thread spent. The latter tells the
 * cost of an operation on a busy machine too, if the engine works with one thread.
 */
final class TimedEngine {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Engine engine;
    private final Map<String, Total> totals = new TreeMap<>();

    private static final class Total {
        private long calls;
        private long nanos;
        private long cpuNanos;
    }

    TimedEngine(Engine measured) {
        engine = (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    long start = System.nanoTime();
                    long cpu = THREADS.getCurrentThreadCpuTime();
                    try {
                        return method.invoke(measured, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        Total total = totals.computeIfAbsent(method.getName(), name -> new Total());
                        total.calls++;
                        total.nanos += System.nanoTime() - start;
                        total.cpuNanos += THREADS.getCurrentThreadCpuTime() - cpu;
                    }
                });
    }

    Engine engine() {
        return engine;
    }

    void reset() {
        totals.clear();
    }

    /** @param seconds of the steps since {@link #reset}; what no operation took stands in the last row */
    String table(double seconds, int steps) {
        StringBuilder table = new StringBuilder(
                "| operation | calls a step | ms a step | share | thread's ms a step | us a call |\n");
        table.append("|---|---:|---:|---:|---:|---:|\n");
        double[] measured = {0};
        double[] thread = {0};
        totals.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Total> e) -> e.getValue().nanos)
                        .reversed())
                .forEach(entry -> {
                    Total total = entry.getValue();
                    measured[0] += total.nanos / 1e9;
                    thread[0] += total.cpuNanos / 1e6 / steps;
                    table.append(String.format(
                            Locale.ROOT,
                            "| %s | %.0f | %.1f | %.1f%% | %.1f | %.1f |%n",
                            entry.getKey(),
                            (double) total.calls / steps,
                            total.nanos / 1e6 / steps,
                            total.nanos / 1e7 / seconds,
                            total.cpuNanos / 1e6 / steps,
                            total.cpuNanos / 1e3 / total.calls));
                });
        double rest = seconds - measured[0];
        table.append(String.format(
                Locale.ROOT, "| (everything else) | | %.1f | | %.1f%% |%n", rest * 1e3 / steps, 100 * rest / seconds));
        return table.toString();
    }
}
