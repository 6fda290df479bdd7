package dev.newt.cli;

import dev.newt.data.Progress;
import dev.newt.hub.DownloadListener;
import dev.newt.io.UserException;
import dev.newt.regress.Regression;
import dev.newt.regress.Verdict;
import dev.newt.regress.Verdict.Status;
import dev.newt.report.ConsoleProgress;
import java.nio.file.Path;
import java.util.Locale;

/** A line for each configuration, and on a terminal how far the one at hand is. */
final class RegressProgress implements Regression.Listener {
    private final Console console;
    private final boolean json;
    private final boolean debug;
    private final boolean terminal;
    private String current = "";

    /** @param json whether the verdicts are printed later, all together */
    RegressProgress(Console console, boolean json, boolean debug) {
        this.console = console;
        this.json = json;
        this.debug = debug;
        this.terminal = !json && ConsoleProgress.isTerminal();
    }

    @Override
    public void begins(int index, int count, Path config) {
        current = "[" + index + "/" + count + "] " + config;
        draw(": preparing");
    }

    @Override
    public void stepDone(long step, long steps) {
        draw(": step " + step + " of " + steps);
    }

    private void draw(String what) {
        if (terminal) {
            console.out().print("\r\u001b[K" + current + what);
            console.out().flush();
        }
    }

    @Override
    public void ended(Verdict verdict) {
        if (terminal) {
            console.out().print("\r\u001b[K");
        }
        if (!json) {
            console.out().println(line(verdict));
        }
        verdict.cause().ifPresent(cause -> tell(verdict, cause));
    }

    /** What is refused is told with its lines and carets on standard error. */
    private static String line(Verdict verdict) {
        boolean refused = verdict.status() == Status.REFUSED;
        return String.format(
                Locale.ROOT,
                "%s: %s%s (%.1f s)",
                verdict.config(),
                verdict.status() == Status.DRIFT ? "" : verdict.status().text() + (refused ? "" : ", "),
                refused ? "" : verdict.message(),
                verdict.seconds());
    }

    private void tell(Verdict verdict, RuntimeException cause) {
        if (cause instanceof UserException refusal && !json) {
            Refusal.print(refusal, console);
        } else if (!json && verdict.status() == Status.FAILED && debug) {
            cause.printStackTrace(console.err());
        }
    }

    @Override
    public DownloadListener downloads() {
        return new DownloadProgress(console);
    }

    @Override
    public Progress preparation() {
        return (dataset, rows) -> draw(": prepared " + rows + " rows of " + dataset);
    }
}
