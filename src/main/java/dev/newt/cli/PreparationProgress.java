package dev.newt.cli;

import dev.newt.data.Progress;
import dev.newt.report.ConsoleProgress;
import java.util.Locale;

/** Rows prepared so far, on a terminal only: elsewhere the summary that follows is enough. */
final class PreparationProgress implements Progress {
    private static final long MILLIS_BETWEEN = 200;

    private final Console console;
    private final boolean terminal = ConsoleProgress.isTerminal();
    private long shown = System.currentTimeMillis();

    PreparationProgress(Console console) {
        this.console = console;
    }

    @Override
    public void rows(String dataset, long rows) {
        long now = System.currentTimeMillis();
        if (terminal && now - shown >= MILLIS_BETWEEN) {
            console.out().print(String.format(Locale.ROOT, "\rpreparing %s: %,d rows ", dataset, rows));
            console.out().flush();
            shown = now;
        }
    }
}
