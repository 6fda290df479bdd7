package dev.newt.cli;

import dev.newt.api.AnswerListener;
import dev.newt.report.ConsoleProgress;

/** How far answers are: one line that is written over on a terminal, and a last one elsewhere. */
final class AnswerProgress implements AnswerListener {
    private static final long MILLIS_BETWEEN = 200;

    private final Console console;
    private final boolean terminal = ConsoleProgress.isTerminal();
    private long start = System.currentTimeMillis();
    private long shown;

    AnswerProgress(Console console) {
        this.console = console;
    }

    @Override
    public void begins(Moment moment) {
        start = System.currentTimeMillis();
    }

    @Override
    public void answered(Moment moment, int done, int of) {
        long now = System.currentTimeMillis();
        String what = "answering held-out questions "
                + (moment == Moment.BEFORE_TRAINING ? "before training" : "after training");
        if (done == of) {
            long seconds = Math.round((now - start) / 1000.0);
            console.out().println((terminal ? "\r" : "") + what + ": " + of + " in " + seconds + " s");
        } else if (terminal && now - shown >= MILLIS_BETWEEN) {
            console.out().print("\r" + what + ": " + done + " of " + of);
            console.out().flush();
            shown = now;
        }
    }
}
