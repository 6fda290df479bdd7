package dev.newt.cli;

import dev.newt.config.yaml.Suggestion;
import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** Finds the command for the arguments, runs it, and turns what it throws into messages and exit codes. */
final class Dispatcher {
    /** The verb of arguments that begin with a configuration file. */
    private static final String DEFAULT_VERB = "train";

    private static final String DEBUG = "debug";
    private static final String HELP = "help";
    private static final String VERSION = "version";

    private final List<Command> commands;
    private final Console console;

    Dispatcher(List<Command> commands, Console console) {
        this.commands = List.copyOf(commands);
        this.console = console;
    }

    int run(List<String> args) {
        try {
            return dispatch(args);
        } catch (UserException e) {
            Refusal.print(e, console);
            return ended(args, e, ExitCode.BAD_INPUT);
        } catch (RuntimeException | Error e) {
            console.err().println("error: the run failed: " + e);
            if (!args.contains("--" + DEBUG)) {
                console.err().println("Run it again with --debug for the details.");
            }
            return ended(args, e, ExitCode.FAILED);
        }
    }

    private int ended(List<String> args, Throwable cause, int code) {
        if (args.contains("--" + DEBUG)) {
            cause.printStackTrace(console.err());
        }
        return code;
    }

    private int dispatch(List<String> args) {
        if (args.isEmpty()) {
            console.err().print(help());
            return ExitCode.BAD_INPUT;
        }
        String first = args.get(0);
        if (first.equals("--help") || first.equals("-h") || first.equals("help")) {
            console.out().print(help());
            return ExitCode.DONE;
        }
        if (first.equals("--version")) {
            console.out().println("newt " + version());
            return ExitCode.DONE;
        }
        Optional<Command> named = find(first);
        if (named.isPresent()) {
            return run(named.get(), args.subList(1, args.size()));
        }
        if (!first.startsWith("-") && !isFileName(first)) {
            throw new UserException("there is no command " + first + ", and no such file" + advice(first, names()));
        }
        Command train = find(DEFAULT_VERB)
                .orElseThrow(
                        () -> new UserException("name a command before " + first + ": " + String.join(", ", names())));
        return run(train, args);
    }

    /** A word without a dot or a slash is meant for a verb. */
    private static boolean isFileName(String word) {
        return word.contains(".") || word.contains("/") || word.contains("\\");
    }

    private int run(Command command, List<String> args) {
        Options options = command.options();
        // A command's own option hides the common one of that name.
        common().getOptions().stream()
                .filter(option -> !options.hasLongOption(option.getLongOpt()))
                .forEach(options::addOption);
        if (command.readsConfig()) {
            options.addOption(Arguments.setOption());
        }
        try {
            org.apache.commons.cli.CommandLine parsed = DefaultParser.builder()
                    .setAllowPartialMatching(false)
                    .get()
                    .parse(options, args.toArray(String[]::new));
            if (parsed.hasOption(HELP)) {
                console.out().print(help(command, options));
                return ExitCode.DONE;
            }
            return run(command, new Arguments(command.name(), parsed), args);
        } catch (UnrecognizedOptionException e) {
            String name = e.getOption().replaceFirst("^-+", "").replaceFirst("=.*", "");
            List<String> known =
                    options.getOptions().stream().map(Option::getLongOpt).toList();
            throw new UserException(
                    command.name() + " has no option " + e.getOption()
                            + advice(name, known).replace("mean ", "mean --"),
                    e);
        } catch (ParseException e) {
            throw new UserException(
                    command.name() + ": " + e.getMessage() + "; see newt " + command.name() + " --help", e);
        }
    }

    /** Tells bad input as JSON where that is asked for. */
    private int run(Command command, Arguments arguments, List<String> args) {
        if (!arguments.json()) {
            return command.run(arguments, console);
        }
        try {
            return command.run(arguments, console);
        } catch (UserException e) {
            ProblemJson array = new ProblemJson();
            array.add(
                    arguments.words().isEmpty()
                            ? null
                            : Path.of(arguments.words().get(0)),
                    e);
            console.out().print(array.text());
            return ended(args, e, ExitCode.BAD_INPUT);
        }
    }

    private static String advice(String word, List<String> known) {
        return Suggestion.nearest(word, known)
                .map(near -> "; did you mean " + near + "?")
                .orElse("; there are " + String.join(", ", known));
    }

    private static Options common() {
        return new Options()
                .addOption(Option.builder()
                        .longOpt(DEBUG)
                        .desc("print stack traces of errors")
                        .get())
                .addOption(Option.builder("h")
                        .longOpt(HELP)
                        .desc("print this help")
                        .get());
    }

    private Optional<Command> find(String name) {
        return commands.stream().filter(command -> command.name().equals(name)).findFirst();
    }

    private List<String> names() {
        return commands.stream().map(Command::name).toList();
    }

    private static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    private String help() {
        StringBuilder text = new StringBuilder("usage: newt COMMAND CONFIG.yaml [key=value ...]\n");
        if (find(DEFAULT_VERB).isPresent()) {
            text.append("       newt CONFIG.yaml [key=value ...]     trains\n");
        }
        text.append("\ncommands:\n");
        commands.forEach(command -> text.append(row(command.name(), command.summary())));
        text.append("\noptions:\n");
        text.append(row("--help", "print this help, or that of a command"));
        text.append(row("--version", "print the version"));
        text.append(row("--debug", "print stack traces of errors"));
        text.append("\nexit codes: 0 done, 1 the run failed, 2 bad input, 130 interrupted\n");
        return text.toString();
    }

    private static String help(Command command, Options options) {
        StringBuilder text = new StringBuilder("usage: newt " + command.name() + " " + command.operands()
                + " [options]\n\n" + command.summary() + "\n\noptions:\n");
        for (Option option : options.getOptions()) {
            String argument = option.hasArg() ? " " + option.getArgName() : "";
            text.append(row("--" + option.getLongOpt() + argument, option.getDescription()));
        }
        return text.toString();
    }

    private static String row(String name, String text) {
        return "  " + name + " ".repeat(Math.max(1, 16 - name.length())) + text + "\n";
    }
}
