package dev.newt.train;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Turns SIGINT and SIGTERM into a request to stop: the run writes a checkpoint and ends. A second signal ends the process at once, with 130.
 *
 * <p>A shutdown hook would not do: by the time it runs the exit code is fixed and the machine's other hooks run beside it.
 */
public final class InterruptSignals implements AutoCloseable {
    /** What a shell reports for a process that SIGINT ended. */
    public static final int EXIT_CODE = 130;

    private final Map<Signal, SignalHandler> previous = new LinkedHashMap<>();

    /** Handles the signals until closed. Where the JVM keeps them to itself ({@code -Xrs}), they end the process as ever. */
    public InterruptSignals(StopRequest stop, PrintStream messages) {
        SignalHandler handler = signal -> {
            if (stop.request() > 1) {
                Runtime.getRuntime().halt(EXIT_CODE);
            }
            messages.println("SIG" + signal.getName()
                    + ": writing a checkpoint, then ending. A second signal ends at once, without one.");
        };
        for (String name : new String[] {"INT", "TERM"}) {
            try {
                Signal signal = new Signal(name);
                previous.put(signal, Signal.handle(signal, handler));
            } catch (IllegalArgumentException e) {
                messages.println("SIG" + name + " ends the run without a checkpoint: " + e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        previous.forEach(Signal::handle);
    }
}
