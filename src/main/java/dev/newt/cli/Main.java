package dev.newt.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The program's entry. */
public final class Main {
    /** In the order of the help. */
    private static final List<Command> COMMANDS = List.of(
            new TrainCommand(),
            new ValidateCommand(),
            new PlanCommand(),
            new ConfigCommand(),
            new SchemaCommand(),
            new ExamplesCommand(),
            new PreprocessCommand(),
            new RegressCommand(),
            new InferenceCommand(),
            new MergeLoraCommand());

    /** Not in the place where Logback would find it by itself: programs that use Newt as a library log as they please. */
    private static final String LOGGING = "dev/newt/cli/logback.xml";

    /** Held, since java.util.logging forgets the level of a logger that nobody holds. */
    private static final Logger VALIDATOR = Logger.getLogger("org.hibernate.validator");

    private Main() {}

    public static void main(String[] args) {
        System.setProperty("logback.configurationFile", LOGGING);
        quietValidator();
        Console console = new Console(
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                Console.showsColour());
        int code = new Dispatcher(COMMANDS, console).run(List.of(args));
        console.out().flush();
        console.err().flush();
        System.exit(code);
    }

    /** The validator greets on every start; and through slf4j it would start Logback, which takes as long as reading the file. */
    private static void quietValidator() {
        System.setProperty("org.jboss.logging.provider", "jdk");
        VALIDATOR.setLevel(Level.WARNING);
    }
}
