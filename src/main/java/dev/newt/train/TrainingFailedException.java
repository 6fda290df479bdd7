package dev.newt.train;

/** The run cannot go on, though the input was usable: its loss broke down. The message is for the user; what was saved stays. */
public final class TrainingFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TrainingFailedException(String message) {
        super(message);
    }
}
