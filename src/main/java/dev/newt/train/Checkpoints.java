package dev.newt.train;

import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import dev.newt.optim.Optimizer;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import dev.newt.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run's directory: {@code checkpoint-<step>/} with what the user takes away, the trained weights in full precision, the
 * optimizer's state and trainer_state.json. A checkpoint appears whole or not at all.
 */
final class Checkpoints {
    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,18})");
    private static final String WEIGHTS = "trainable.safetensors";
    private static final String OPTIMIZER = "optimizer.safetensors";

    private final Engine engine;
    private final Path outputDirectory;
    private final RunIdentity identity;

    Checkpoints(Engine engine, Path outputDirectory, RunIdentity identity) {
        this.engine = engine;
        this.outputDirectory = outputDirectory;
        this.identity = identity;
    }

    /** About how many bytes one checkpoint takes. */
    static long bytes(StepModel model, Optimizer optimizer) {
        long masters = model.trainable().stream()
                .mapToLong(parameter -> parameter.master().bytes())
                .sum();
        return model.outputBytes() + masters + optimizer.stateBytes();
    }

    Path directory(long step) {
        return outputDirectory.resolve("checkpoint-" + step);
    }

    /** Writes the checkpoint of {@code state}, in place of one of the same step. */
    Path save(RunState state, StepModel model, Optimizer optimizer) {
        Path target = directory(state.step());
        AtomicFiles.deleteDirectory(target);
        AtomicFiles.writeDirectory(target, directory -> {
            model.saveOutputs(directory);
            TensorFiles.write(directory.resolve(WEIGHTS), engine, masters(model));
            TensorFiles.write(directory.resolve(OPTIMIZER), engine, optimizer.state());
            CheckpointManifest.describing(directory, identity, optimizer.updates(), state)
                    .writeTo(directory);
        });
        return target;
    }

    /** Deletes this plan's oldest checkpoints until {@code keep} are left up to {@code step}. */
    void rotate(long step, int keep) {
        List<Path> own = own(step);
        for (Path old : own.subList(0, Math.max(0, own.size() - keep))) {
            AtomicFiles.deleteDirectory(old);
        }
    }

    /** This plan's checkpoints up to {@code step}, oldest first. */
    List<Path> own(long step) {
        return all().stream()
                .filter(path -> step(path) <= step)
                .filter(path ->
                        CheckpointManifest.read(path).filter(this::isOwn).isPresent())
                .toList();
    }

    /** All checkpoint directories, of whatever plan, by ascending step. */
    List<Path> all() {
        if (!Files.isDirectory(outputDirectory)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(outputDirectory)) {
            return children.filter(
                            path -> NAME.matcher(path.getFileName().toString()).matches())
                    .filter(Files::isDirectory)
                    .sorted(Comparator.comparingLong(Checkpoints::step))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(outputDirectory + ": cannot be listed", e);
        }
    }

    private static long step(Path directory) {
        Matcher matcher = NAME.matcher(directory.getFileName().toString());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /**
     * The latest checkpoint that is whole and of this plan. Damaged ones are passed over with a warning.
     *
     * @throws UserException where there are only checkpoints of other plans
     */
    Optional<Path> latest(Consumer<String> warnings) {
        List<Path> newestFirst = new ArrayList<>(all());
        Collections.reverse(newestFirst);
        Optional<UserException> foreign = Optional.empty();
        for (Path candidate : newestFirst) {
            Optional<CheckpointManifest> manifest = CheckpointManifest.read(candidate);
            if (manifest.isPresent() && !isOwn(manifest.get())) {
                foreign = foreign.or(() -> Optional.of(otherRun(candidate, manifest.get())));
                continue;
            }
            Optional<String> damage = damage(candidate, manifest);
            if (damage.isEmpty()) {
                return Optional.of(candidate);
            }
            warnings.accept(candidate + " is damaged and passed over: " + damage.get());
        }
        if (foreign.isPresent()) {
            throw foreign.get();
        }
        return Optional.empty();
    }

    /** Puts the checkpoint's values into the model and the optimizer. */
    RunState load(Path directory, StepModel model, Optimizer optimizer) {
        if (!Files.isDirectory(directory)) {
            throw new UserException(
                    "resume_from_checkpoint: " + directory + " is not a folder. Name a checkpoint-<step>"
                            + " folder, or set auto_resume_from_checkpoints: true to take the latest of output_dir.");
        }
        Optional<CheckpointManifest> read = CheckpointManifest.read(directory);
        if (read.isPresent() && !isOwn(read.get())) {
            throw otherRun(directory, read.get());
        }
        damage(directory, read).ifPresent(damage -> {
            throw new UserException(directory + " cannot be resumed: " + damage
                    + ". Resume from another checkpoint, or start anew without resume_from_checkpoint.");
        });
        CheckpointManifest manifest = read.orElseThrow();
        try (SafetensorsFile weights = SafetensorsFile.open(directory.resolve(WEIGHTS))) {
            for (TrainableParameter parameter : model.trainable()) {
                try (Tensor value = TensorFiles.read(weights, parameter.name(), engine, parameter.master())) {
                    engine.copyInto(value, parameter.master());
                }
                parameter.mastersChanged();
            }
        }
        try (SafetensorsFile moments = SafetensorsFile.open(directory.resolve(OPTIMIZER))) {
            Map<String, Tensor> state = optimizer.state();
            optimizer.restore(
                    manifest.optimizerUpdates(), name -> TensorFiles.read(moments, name, engine, state.get(name)));
        }
        model.parametersChanged();
        return manifest.run();
    }

    private static Optional<String> damage(Path directory, Optional<CheckpointManifest> manifest) {
        return manifest.map(value -> value.damage(directory))
                .orElse(Optional.of(CheckpointManifest.FILE_NAME + " is missing or cannot be read"));
    }

    private boolean isOwn(CheckpointManifest manifest) {
        return manifest.planHash().equals(identity.hash());
    }

    private UserException otherRun(Path directory, CheckpointManifest manifest) {
        if (manifest.identity().isEmpty()) {
            return new UserException(
                    directory + " was written by a run with another configuration, data or model; going on"
                            + " from it would mix the two. Which keys differ cannot be told: an earlier version of Newt wrote this"
                            + " checkpoint without its settings. Use the configuration that wrote it, or another output_dir, or"
                            + " start anew without resuming.");
        }
        RunIdentity earlier = manifest.identity().get();
        List<String> differences = new ArrayList<>(identity.differences(earlier));
        if (!differences.isEmpty()) {
            if (identity.hasOtherWeights(earlier)) {
                differences.add("and the base model's files have another content");
            }
            return new UserException(directory + " was written by a run with other settings; going on from it would mix"
                    + " the two. Set these as they were, or choose another output_dir, or start anew without resuming:\n  "
                    + String.join("\n  ", differences));
        }
        return identity.hasOtherWeights(earlier)
                ? new UserException(directory + " was written by a run on other weights of the base model: the settings"
                        + " are the same, but the content of the model's files has changed since, and what was trained"
                        + " belongs to what it was. Put the former files back, or start anew without resuming.")
                : new UserException(
                        directory + " was written by a run on other rows: the settings are the same, but the"
                                + " files of the data sets or the tokenizer have changed since. Put the former files back, or"
                                + " start anew without resuming.");
    }

    private static Map<String, Tensor> masters(StepModel model) {
        Map<String, Tensor> masters = new LinkedHashMap<>();
        for (TrainableParameter parameter : model.trainable()) {
            if (masters.put(parameter.name(), parameter.master()) != null) {
                throw new IllegalStateException("two trainable parameters are called " + parameter.name());
            }
        }
        return masters;
    }
}
