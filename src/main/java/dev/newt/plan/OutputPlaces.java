package dev.newt.plan;

import dev.newt.io.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a run reads must not lie where it writes: the base model, an adapter to go on with and the rows would be replaced. Places are compared as
 * the file system has them, whatever links and spellings lead there.
 */
public final class OutputPlaces {
    private static final String KEY = "output_dir";
    private static final String MERGED = "merged";
    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-\\d+");
    private static final Set<String> FILES = Set.of(
            "newt.yaml",
            "plan.json",
            "metrics.jsonl",
            "report.html",
            "mlflow.json",
            "config.json",
            "generation_config.json",
            "adapter_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "model.safetensors.index.json");

    private final PlannedParts.Asked asked;
    private final Path output;
    private final List<UserException> problems = new ArrayList<>();

    private OutputPlaces(PlannedParts.Asked asked) {
        this.asked = asked;
        this.output = real(asked.output());
    }

    /** Where the merged model goes. */
    public static Path merged(RunSettings settings) {
        return settings.output().folder().resolve(MERGED);
    }

    /**
     * What the run would replace of what it reads.
     *
     * @param model folder of the base model, where it is here
     * @param rows files of the data sets
     */
    static List<UserException> problems(PlannedParts.Asked asked, Optional<Path> model, List<Path> rows) {
        OutputPlaces places = new OutputPlaces(asked);
        model.ifPresent(places::model);
        asked.adapter()
                .flatMap(RunSettings.Adapter::startFolder)
                .ifPresent(folder -> places.amongWritten(folder, "lora_model_dir"));
        rows.forEach(places::rows);
        return places.problems;
    }

    /**
     * Refuses to merge into the folder of the base model or of the adapter.
     *
     * @throws UserException with the place of {@code output_dir} in the file
     */
    public static void requireMergeable(RunSettings settings, Path model, Path adapter) {
        Path target = merged(settings);
        for (Path read : List.of(model, adapter)) {
            if (same(real(target), real(read))) {
                throw settings.error(
                        KEY,
                        KEY + ": the merged model would go to " + target + ", which is the folder of the "
                                + (read.equals(model) ? "base model" : "adapter")
                                + "; it would be replaced. Choose another output_dir");
            }
        }
    }

    private void model(Path folder) {
        if (same(output, real(folder))) {
            add("is the folder of base_model (" + folder + "), whose files would be replaced");
        } else {
            amongWritten(folder, "base_model");
        }
    }

    /** Checkpoints are replaced by those of the same step; the merged model by the next one. */
    private void amongWritten(Path read, String what) {
        Path place = real(read);
        if (!place.startsWith(output) || place.equals(output)) {
            return;
        }
        String first = output.relativize(place).getName(0).toString();
        boolean merges = first.equals(MERGED) && asked.adapter().isPresent();
        if (merges || isCheckpoint(first)) {
            add(what + " (" + read + ") lies in its " + first + ", which would be replaced");
        }
    }

    private void rows(Path file) {
        Path place = real(file);
        Path parent = place.getParent();
        if (parent != null
                && parent.equals(output)
                && isWritten(place.getFileName().toString())) {
            add("the data file " + file + " has the name of a file that the run writes there, and would be replaced");
        } else {
            amongWritten(file, "the data file");
        }
    }

    private void add(String what) {
        problems.add(asked.places().error(KEY, KEY + ": " + what + "; choose another output_dir"));
    }

    /** Whether a name is that of a checkpoint's folder. */
    public static boolean isCheckpoint(String name) {
        return CHECKPOINT.matcher(name).matches();
    }

    /** Whether a run may write a file of this name into its folder. */
    public static boolean isWritten(String name) {
        return FILES.contains(name) || name.endsWith(".safetensors") || name.endsWith(".jinja");
    }

    private static boolean same(Path a, Path b) {
        try {
            return a.equals(b) || Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The path without links, as far as there is something; what is yet to be made keeps its name. */
    private static Path real(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        for (Path at = absolute; at != null; at = at.getParent()) {
            try {
                return at.toRealPath().resolve(at.relativize(absolute)).normalize();
            } catch (IOException e) {
                // Not there: then its folder may be.
            }
        }
        return absolute;
    }
}
