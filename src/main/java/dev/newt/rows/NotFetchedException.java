package dev.newt.rows;

import dev.newt.io.UserException;

/** Data on the hub or at an address that have not been downloaded yet. An error where the data are needed, but not for a plan. */
public final class NotFetchedException extends UserException {
    private static final long serialVersionUID = 1L;

    private final String what;

    NotFetchedException(String what, String message) {
        super(message);
        this.what = what;
    }

    /** The name of the data on the hub, or their address. */
    public String what() {
        return what;
    }
}
