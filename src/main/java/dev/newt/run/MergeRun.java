package dev.newt.run;

import dev.newt.adapter.MergedWeights;
import dev.newt.adapter.PeftFiles;
import dev.newt.engine.Engines;
import dev.newt.io.UserException;
import dev.newt.model.family.Families;
import dev.newt.model.family.ModelConfig;
import dev.newt.plan.OutputPlaces;
import dev.newt.plan.RunSettings;
import dev.newt.tensor.Engine;
import dev.newt.weights.ModelDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Makes the base model and a run's adapter one model, in a folder {@code merged} beside the adapter. */
public final class MergeRun {
    private MergeRun() {}

    /**
     * @param adapter folder of the adapter; else the configuration's output_dir
     * @return folder of the merged model
     */
    public static Path merge(RunSettings settings, Optional<Path> adapter) {
        if (settings.adapter().isEmpty()) {
            throw settings.error("adapter", "merge-lora needs a configuration with adapter: lora or qlora");
        }
        Path from = adapter.orElseGet(() -> InferenceRun.tuned(settings));
        if (!Files.exists(from.resolve(PeftFiles.CONFIG))) {
            throw new UserException(from + ": there is no adapter; train first, or name its folder with --adapter");
        }
        Path base = settings.model().folder();
        ModelConfig config = Families.read(base.resolve("config.json"));
        Path target = OutputPlaces.merged(settings);
        OutputPlaces.requireMergeable(settings, base, from);
        try (Engine engine = Engines.open(Engines.Device.CPU);
                ModelDirectory directory = ModelDirectory.open(base)) {
            Files.createDirectories(target);
            boolean untied = MergedWeights.write(config, directory, from, target, engine);
            String dtype =
                    switch (directory.tensors().values().iterator().next().dtype()) {
                        case BF16 -> "bfloat16";
                        case F16 -> "float16";
                        case F64 -> "float64";
                        default -> "float32";
                    };
            ModelFolder.copyConfig(base, target, dtype, untied);
            ModelFolder.copyTokenizer(Files.exists(from.resolve("tokenizer.json")) ? from : base, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return target;
    }
}
