package dev.newt.cli;

import dev.newt.hub.DownloadListener;
import dev.newt.report.ConsoleProgress;
import java.util.Locale;
import java.util.OptionalLong;

/** What is downloaded: a line that is drawn again on a terminal, a line for each finished file elsewhere. */
final class DownloadProgress implements DownloadListener {
    private static final long MILLIS_BETWEEN = 200;
    private static final double MIB = 1 << 20;

    private final Console console;
    private final boolean terminal = ConsoleProgress.isTerminal();
    private long shown;

    DownloadProgress(Console console) {
        this.console = console;
    }

    @Override
    public void progress(String file, long bytes, OptionalLong total) {
        long now = System.currentTimeMillis();
        if (terminal && now - shown >= MILLIS_BETWEEN) {
            String part = total.isPresent() && total.getAsLong() > 0
                    ? String.format(
                            Locale.ROOT,
                            " of %,.1f MiB, %d%%",
                            total.getAsLong() / MIB,
                            100 * bytes / total.getAsLong())
                    : " MiB";
            line(String.format(Locale.ROOT, "downloading %s: %,.1f%s", file, bytes / MIB, part), "");
            shown = now;
        }
    }

    @Override
    public void finished(String file, long bytes) {
        line(String.format(Locale.ROOT, "downloaded %s, %,.1f MiB", file, bytes / MIB), "\n");
    }

    @Override
    public void note(String message) {
        line("note: " + message, "\n");
    }

    /** On a terminal, over the line that is there. */
    private void line(String text, String end) {
        console.err().print((terminal ? "\r\u001b[K" : "") + text + end);
        console.err().flush();
    }
}
