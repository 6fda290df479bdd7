package dev.newt.jinja;

/** What went wrong in a template, before the place is known; {@link ChatTemplate} turns it into a UserException with name and line. */
final class TemplateFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;

    TemplateFailure(String message) {
        this(message, 0);
    }

    TemplateFailure(String message, int line) {
        super(message);
        this.line = line;
    }

    /** The template line, from 1; 0 while it is unknown. */
    int line() {
        return line;
    }

    TemplateFailure at(int newLine) {
        if (line > 0) {
            return this;
        }
        TemplateFailure placed = new TemplateFailure(getMessage(), newLine);
        placed.initCause(this);
        return placed;
    }
}
