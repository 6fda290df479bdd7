package dev.newt.report.mlflow;

import java.io.IOException;

/** A request that MLflow did not fulfil. */
final class MlflowException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean passing;

    /** @param passing whether the same request may succeed later */
    MlflowException(String message, boolean passing) {
        super(message);
        this.passing = passing;
    }

    boolean isPassing() {
        return passing;
    }
}
