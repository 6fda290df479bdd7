package dev.newt.jinja;

/** The state of one rendering: its limits and the count of generation blocks. */
final class Execution {
    private final Limits limits = new Limits();
    private int generations;

    Limits limits() {
        return limits;
    }

    int nextGeneration() {
        return generations++;
    }
}
