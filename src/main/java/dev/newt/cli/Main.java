package dev.newt.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The program's entry. */
public final class Main {
    /** In the order of the help. */
    private static final List<Command> COMMANDS = List.of(new ValidateCommand(), new PlanCommand());

    private Main() {}

    public static void main(String[] args) {
        Console console = new Console(
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8));
        int code = new Dispatcher(COMMANDS, console).run(List.of(args));
        console.out().flush();
        console.err().flush();
        System.exit(code);
    }
}
