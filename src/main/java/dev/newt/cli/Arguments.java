package dev.newt.cli;

import dev.newt.config.ConfigFile;
import dev.newt.config.LoadedConfig;
import dev.newt.io.UserException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/** What stands behind the verb: options, a configuration file, overrides {@code key=value}. */
final class Arguments {
    private final String verb;
    private final CommandLine parsed;

    Arguments(String verb, CommandLine parsed) {
        this.verb = verb;
        this.parsed = parsed;
    }

    boolean has(String option) {
        return parsed.hasOption(option);
    }

    Optional<String> value(String option) {
        return Optional.ofNullable(parsed.getOptionValue(option));
    }

    /** Loads the configuration named by the first argument, with the others as overrides. Warnings are printed. */
    LoadedConfig config(Console console) {
        List<String> words = parsed.getArgList();
        if (words.isEmpty()) {
            throw new UserException(verb + " needs a configuration: newt " + verb + " CONFIG.yaml [key=value ...]");
        }
        List<String> overrides = words.subList(1, words.size());
        for (String override : overrides) {
            if (override.indexOf('=') <= 0) {
                throw new UserException(
                        "'" + override + "' is not an override; after the configuration stand key=value pairs only");
            }
        }
        LoadedConfig loaded = ConfigFile.load(path(words.get(0)), overrides);
        loaded.warnings().forEach(warning -> console.err().println(warning));
        return loaded;
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UserException("'" + text + "' is not a path: " + e.getReason(), e);
        }
    }
}
