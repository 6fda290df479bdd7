package dev.newt.jinja;

/** What is known about a stretch of text besides its characters. */
sealed interface Mark {
    /** Copied character by character from a field of a message. */
    record Field(int message, String name) implements Mark {}

    /** Written while a loop variable held this message. */
    record Turn(int message) implements Mark {}

    /** Written inside one execution of a generation block; the number distinguishes executions. */
    record Generation(int number) implements Mark {}

    /** A marked stretch, in UTF-16 code units, end exclusive. */
    record Run(int start, int end, Mark mark) {}
}
