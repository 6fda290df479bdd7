package dev.newt.cli;

import org.apache.commons.cli.Options;

/** One verb. Registered in {@link Main}. */
interface Command {
    /** As it is typed. */
    String name();

    /** One line for the help: what it does, without a full stop. */
    String summary();

    /** Options of its own, besides those of all commands. */
    default Options options() {
        return new Options();
    }

    /** What is typed behind the name, for the help. */
    default String operands() {
        return "CONFIG.yaml [key=value ...]";
    }

    /** Whether it reads a configuration, so that {@code --set} means something to it. */
    default boolean readsConfig() {
        return true;
    }

    /**
     * Does it.
     *
     * @return an {@link ExitCode}
     * @throws dev.newt.io.UserException for bad input
     */
    int run(Arguments arguments, Console console);
}
