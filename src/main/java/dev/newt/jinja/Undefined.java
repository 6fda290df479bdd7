package dev.newt.jinja;

/**
 * Jinja's value of a missing name, key or attribute: it prints as nothing, is false and empty, and fails on any other use.
 *
 * @param message the message of that failure
 */
record Undefined(String message) {
    static Undefined name(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    TemplateFailure failure() {
        return new TemplateFailure(message);
    }

    /** All are equal, as in Python. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
        return Undefined.class.hashCode();
    }
}
