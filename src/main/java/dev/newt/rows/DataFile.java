package dev.newt.rows;

import java.nio.file.Path;

/** A file of rows. */
public record DataFile(Path path, Format format) {}
