package dev.newt.plan;

import dev.newt.config.LoadedConfig;
import dev.newt.data.dataset.TemplateChoice;
import dev.newt.io.UserException;
import dev.newt.jinja.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** The chat template that {@code chat_template} and {@code chat_template_jinja} choose. */
public final class ConfiguredTemplate {
    private static final String NAME = "chat_template";
    private static final String JINJA = "chat_template_jinja";

    private ConfiguredTemplate() {}

    /**
     * Empty where neither key is set.
     *
     * @param prefix of the key path: empty, or a data set's with a dot behind it
     * @throws UserException with the place in the file, if the name is not known or the file cannot be read
     */
    public static Optional<TemplateChoice> of(
            LoadedConfig loaded, String prefix, Optional<String> name, Optional<String> jinja) {
        if (jinja.isPresent()) {
            return Optional.of(TemplateChoice.jinja(text(loaded, prefix + JINJA, jinja.get())));
        }
        try {
            return name.map(TemplateChoice::named);
        } catch (UserException e) {
            throw loaded.error(prefix + NAME, e.getMessage());
        }
    }

    /** What is wrong with it, with its place; empty where nothing is. */
    static Optional<UserException> problem(
            LoadedConfig loaded, String prefix, Optional<String> name, Optional<String> jinja) {
        try {
            Optional<TemplateChoice> choice = of(loaded, prefix, name, jinja);
            return choice.flatMap(TemplateChoice::source).flatMap(source -> fault(loaded, prefix, source));
        } catch (UserException e) {
            return Optional.of(e);
        }
    }

    private static Optional<UserException> fault(LoadedConfig loaded, String prefix, String source) {
        try {
            Objects.requireNonNull(ChatTemplate.parse(JINJA, source));
            return Optional.empty();
        } catch (UserException e) {
            return Optional.of(loaded.error(prefix + JINJA, e.getMessage()));
        }
    }

    /** The key holds the template or the path of its file; a template has a brace, which no path needs. */
    private static String text(LoadedConfig loaded, String key, String value) {
        if (value.contains("{") || value.contains("\n")) {
            return value;
        }
        Path file = loaded.paths().find(value);
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw loaded.error(
                    key,
                    JINJA + ": " + file + " cannot be read (" + e.getMessage()
                            + "); write the path of a template's file, or the template itself");
        }
    }
}
