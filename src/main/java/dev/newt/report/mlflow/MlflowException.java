package dev.newt.report.mlflow;

import java.io.IOException;

/** A request that MLflow did not serve. */
final class MlflowException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean passing;

    /** @param passing whether the same request may be served later */
    MlflowException(String message, boolean passing) {
        super(message);
        this.passing = passing;
    }

    boolean isPassing() {
        return passing;
    }
}
