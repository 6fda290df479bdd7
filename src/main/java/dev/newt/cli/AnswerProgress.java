package dev.newt.cli;

import dev.newt.report.ConsoleProgress;

/** How far a slow enumeration is: one line that is written over on a terminal, and a first and a last one elsewhere. */
final class AnswerProgress {
    private static final long MILLIS_BETWEEN = 200;

    private final Console console;
    private final String what;
    private final boolean terminal = ConsoleProgress.isTerminal();
    private final long start = System.currentTimeMillis();
    private long shown;
    private int total;

    AnswerProgress(Console console, String what) {
        this.console = console;
        this.what = what;
    }

    void update(int done, int of) {
        total = of;
        long now = System.currentTimeMillis();
        if (terminal && now - shown >= MILLIS_BETWEEN) {
            console.out().print("\r" + what + ": " + done + " of " + of);
            console.out().flush();
            shown = now;
        }
    }

    void end() {
        long seconds = Math.round((System.currentTimeMillis() - start) / 1000.0);
        console.out().println((terminal ? "\r" : "") + what + ": " + total + " in " + seconds + " s");
    }
}
