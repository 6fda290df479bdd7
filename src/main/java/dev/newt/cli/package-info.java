/**
 * The command line: verbs, their options, messages and exit codes. It stands on {@code api} and must never wire a run by itself. Begin with
 * {@code Main} and {@code Dispatcher}.
 */
package dev.newt.cli;
