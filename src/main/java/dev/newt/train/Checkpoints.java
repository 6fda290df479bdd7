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
    private final String planHash;

    Checkpoints(Engine engine, Path outputDirectory, String planHash) {
        this.engine = engine;
        this.outputDirectory = outputDirectory;
        this.planHash = planHash;
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
            CheckpointManifest.describing(directory, planHash, optimizer.updates(), state)
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
                .filter(path -> CheckpointManifest.read(path)
                        .filter(manifest -> manifest.planHash().equals(planHash))
                        .isPresent())
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
        Optional<Path> foreign = Optional.empty();
        for (Path candidate : newestFirst) {
            Optional<CheckpointManifest> manifest = CheckpointManifest.read(candidate);
            if (manifest.isPresent() && !manifest.get().planHash().equals(planHash)) {
                foreign = foreign.or(() -> Optional.of(candidate));
                continue;
            }
            Optional<String> damage = damage(candidate, manifest);
            if (damage.isEmpty()) {
                return Optional.of(candidate);
            }
            warnings.accept(candidate + " is damaged and passed over: " + damage.get());
        }
        if (foreign.isPresent()) {
            throw otherPlan(foreign.get());
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
        if (read.isPresent() && !read.get().planHash().equals(planHash)) {
            throw otherPlan(directory);
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

    private static UserException otherPlan(Path directory) {
        return new UserException(directory + " was written by a run with another configuration, data or model; going on"
                + " from it would mix the two. Use the configuration that wrote it, or another output_dir, or start anew"
                + " without resuming.");
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
