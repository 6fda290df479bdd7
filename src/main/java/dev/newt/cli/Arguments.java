package dev.newt.cli;

import dev.newt.config.ConfigFile;
import dev.newt.config.LoadedConfig;
import dev.newt.config.yaml.ProblemText;
import dev.newt.config.yaml.Suggestion;
import dev.newt.io.UserException;
import dev.newt.plan.Planner;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** What stands behind the verb: options, configuration files, overrides {@code key=value}. */
final class Arguments {
    static final String SET = "set";
    static final String FORMAT = "format";
    static final String STRICT = "strict";

    private static final List<String> FORMATS = List.of("text", "json");

    private final String verb;
    private final CommandLine parsed;

    Arguments(String verb, CommandLine parsed) {
        this.verb = verb;
        this.parsed = parsed;
    }

    /** Of all commands that read a configuration. */
    static Option setOption() {
        return Option.builder()
                .longOpt(SET)
                .hasArg()
                .argName("KEY=VALUE")
                .desc("set a key, as key=value does; may be given many times")
                .get();
    }

    /** Of commands that can tell problems to other programs. */
    static Option formatOption() {
        return Option.builder()
                .longOpt(FORMAT)
                .hasArg()
                .argName("text|json")
                .desc("json prints the problems to standard output, as one array")
                .get();
    }

    /** Of commands that judge a configuration. */
    static Option strictOption() {
        return Option.builder()
                .longOpt(STRICT)
                .desc("refuse what is otherwise only warned of")
                .get();
    }

    boolean has(String option) {
        return parsed.hasOption(option);
    }

    Optional<String> value(String option) {
        return Optional.ofNullable(parsed.getOptionValue(option));
    }

    /** Whether problems are to be told as JSON. */
    boolean json() {
        String format = value(FORMAT).orElse("text");
        if (!FORMATS.contains(format)) {
            throw new UserException("--format is " + format + "; "
                    + Suggestion.nearest(format, FORMATS)
                            .map(near -> "did you mean " + near + "?")
                            .orElse("it takes text or json"));
        }
        return format.equals("json");
    }

    /** Words that are no options. */
    List<String> words() {
        return parsed.getArgList();
    }

    /** Loads the configuration named by the first argument, with the others as overrides. Warnings are printed. */
    LoadedConfig config(Console console) {
        return config(0, console);
    }

    /** Loads the configuration named by an argument, with those behind it as overrides. Warnings are printed. */
    LoadedConfig config(int index, Console console) {
        List<String> words = words();
        if (words.size() <= index) {
            String before = String.join(" ", words.subList(0, index));
            throw new UserException(verb + " needs a configuration: newt " + verb
                    + (before.isEmpty() ? "" : " " + before) + " CONFIG.yaml [key=value ...]");
        }
        List<String> overrides = overrides(words.subList(index + 1, words.size()));
        LoadedConfig loaded = ConfigFile.load(path(words.get(index)), overrides, Planner::modelProblems);
        if (!json()) {
            console.err().print(new ProblemText(console.colour()).of(loaded.warnings()));
        }
        return loaded;
    }

    /** The words that are files, for commands that take many. */
    List<Path> files() {
        List<Path> files = words().stream()
                .filter(word -> !isOverride(word))
                .map(Arguments::path)
                .toList();
        if (files.isEmpty()) {
            throw new UserException(verb + " needs a configuration: newt " + verb + " CONFIG.yaml ... [key=value ...]");
        }
        return files;
    }

    /** The words that are overrides, wherever they stand, and those of {@code --set}. */
    List<String> overrides() {
        return overrides(words().stream().filter(Arguments::isOverride).toList());
    }

    private static boolean isOverride(String word) {
        return word.indexOf('=') > 0;
    }

    private List<String> overrides(List<String> words) {
        for (String word : words) {
            if (!isOverride(word)) {
                throw new UserException(
                        "'" + word + "' is not an override; after the configuration stand key=value pairs only");
            }
        }
        List<String> overrides = new ArrayList<>(words);
        String[] set = parsed.getOptionValues(SET);
        if (set != null) {
            overrides.addAll(List.of(set));
        }
        return overrides;
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UserException("'" + text + "' is not a path: " + e.getReason(), e);
        }
    }
}
