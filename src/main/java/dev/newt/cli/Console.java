package dev.newt.cli;

import java.io.PrintStream;

/**
 * Where text goes.
 *
 * @param out results
 * @param err warnings, errors, progress
 */
record Console(PrintStream out, PrintStream err) {}
