package dev.newt.api;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Which model is used after training.
 *
 * @param folder of an adapter or of a whole model; empty for what training wrote to the settings' output folder
 * @param base whether the base model is meant, without any tuning
 */
public record ModelChoice(Optional<Path> folder, boolean base) {
    /** What training wrote to the settings' output folder. */
    public static final ModelChoice TUNED = new ModelChoice(Optional.empty(), false);

    /** The base model, without the tuning. */
    public static final ModelChoice BASE = new ModelChoice(Optional.empty(), true);

    /** An adapter or a model in another folder, such as a checkpoint's. */
    public static ModelChoice in(Path folder) {
        return new ModelChoice(Optional.of(folder), false);
    }
}
