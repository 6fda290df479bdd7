package dev.newt.io;

/**
 * Input that cannot be used: a file, a row, a key or a machine that does not fit the request.
 *
 * <p>The message is written for the user and is complete: where it is, what is wrong, what would be right. The command line prints it without a
 * stack trace and exits with 2.
 */
public class UserException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UserException(String message) {
        super(message);
    }

    public UserException(String message, Throwable cause) {
        super(message, cause);
    }
}
