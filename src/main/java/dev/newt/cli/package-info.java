/** The command line: verbs, their options, messages and exit codes. */
package dev.newt.cli;
