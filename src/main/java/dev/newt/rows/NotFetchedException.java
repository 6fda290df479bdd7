package dev.newt.rows;

import dev.newt.io.UserException;

/** Data of the hub or of an address that are not here yet. Where they are needed that is an error, to a plan it is none. */
public final class NotFetchedException extends UserException {
    private static final long serialVersionUID = 1L;

    private final String what;

    NotFetchedException(String what, String message) {
        super(message);
        this.what = what;
    }

    /** The data's name on the hub, or their address. */
    public String what() {
        return what;
    }
}
