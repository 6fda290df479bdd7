package dev.newt.jinja;

/**
 * Bounds on what a template may use, so that a hostile or broken one fails instead of filling memory or running forever.
 *
 * <p>One instance counts for one rendering.
 */
final class Limits {
    /** Characters in one text, and so in the output. */
    static final int MAX_TEXT = 32 << 20;
    /** Elements of one list. */
    static final int MAX_ITEMS = 4 << 20;
    /** Elements of one range, as in Jinja's sandbox. */
    static final int MAX_RANGE = 100_000;
    /** Bits of one integer. */
    static final int MAX_BITS = 1 << 16;
    /** Iterations of all loops, filters and comparisons of one rendering. */
    static final long MAX_STEPS = 10_000_000;
    /** Nested calls of macros and recursive loops. */
    static final int MAX_CALLS = 200;
    /** Nesting of expressions, of statements and of printed values. */
    static final int MAX_NESTING = 100;

    private long steps;
    private int calls;

    static void checkText(long length) {
        if (length > MAX_TEXT) {
            throw new TemplateFailure("a text grows past " + MAX_TEXT + " characters");
        }
    }

    static void checkItems(long count) {
        if (count > MAX_ITEMS) {
            throw new TemplateFailure("a list grows past " + MAX_ITEMS + " elements");
        }
    }

    static void checkBits(long bits) {
        if (bits > MAX_BITS) {
            throw new TemplateFailure("an integer grows past " + MAX_BITS + " bits");
        }
    }

    static void checkNesting(int depth) {
        if (depth > MAX_NESTING) {
            throw new TemplateFailure("more than " + MAX_NESTING + " levels of nesting");
        }
    }

    void step() {
        if (++steps > MAX_STEPS) {
            throw new TemplateFailure("more than " + MAX_STEPS + " loop iterations");
        }
    }

    void enterCall() {
        if (++calls > MAX_CALLS) {
            throw new TemplateFailure("more than " + MAX_CALLS + " nested calls of macros or recursive loops");
        }
    }

    void leaveCall() {
        calls--;
    }
}
