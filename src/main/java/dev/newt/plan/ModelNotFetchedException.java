package dev.newt.plan;

import dev.newt.io.UserException;
import java.util.ArrayList;
import java.util.List;

/**
 * Nothing is known yet of a model on the hub, so there is no plan; all else in the configuration is right. Training and preparing the data
 * fetch the model, and look then whether its family is supported.
 */
public final class ModelNotFetchedException extends UserException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> warnings;

    ModelNotFetchedException(String message) {
        this(message, List.of(message));
    }

    private ModelNotFetchedException(String message, List<String> warnings) {
        super(message);
        this.warnings = List.copyOf(warnings);
    }

    /** That the model is not here, and what else there is to say. */
    public List<String> warnings() {
        return warnings;
    }

    ModelNotFetchedException with(List<String> others) {
        List<String> all = new ArrayList<>(warnings);
        all.addAll(others);
        return new ModelNotFetchedException(getMessage(), all);
    }
}
