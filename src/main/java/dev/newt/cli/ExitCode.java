package dev.newt.cli;

/** What the process tells its caller. */
final class ExitCode {
    static final int DONE = 0;
    /** The run failed. */
    static final int FAILED = 1;
    /** The arguments, the configuration, the model or the data cannot be used. */
    static final int BAD_INPUT = 2;
    /** Ended by a signal, after a checkpoint. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
