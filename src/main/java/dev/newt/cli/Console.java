package dev.newt.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where text goes.
 *
 * @param out results
 * @param err warnings, errors, progress
 * @param colour whether {@code err} is a terminal that shows colours
 */
record Console(PrintStream out, PrintStream err, boolean colour) {
    private static final Path ERR = Path.of("/proc/self/fd/2");

    Console(PrintStream out, PrintStream err) {
        this(out, err, false);
    }

    /** Whether this process's standard error shows colours, and the user wants them (see no-color.org). */
    static boolean showsColour() {
        String no = System.getenv("NO_COLOR");
        return (no == null || no.isEmpty()) && !"dumb".equals(System.getenv("TERM")) && isErrTerminal();
    }

    /** Java knows of standard input and output alone; Linux tells. */
    private static boolean isErrTerminal() {
        try {
            if (Files.isSymbolicLink(ERR)) {
                String target = Files.readSymbolicLink(ERR).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
            }
        } catch (IOException e) {
            return false;
        }
        return System.console() != null;
    }
}
