package dev.newt.config;

import java.util.Optional;

/** {@code type} of a data set: the name of a prompt strategy, or a format of the user's own. */
public record DatasetType(Optional<String> name, Optional<PromptFormat> format) implements Union {}
