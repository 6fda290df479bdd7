package dev.newt.plan;

import dev.newt.config.yaml.Suggestion;
import dev.newt.hub.ModelLocation;
import dev.newt.io.UserException;
import dev.newt.model.family.Catalogue;
import dev.newt.model.family.Families;
import dev.newt.model.family.ModelConfig;
import dev.newt.plan.RunSettings.ModelSource;
import dev.newt.plan.RunSettings.Places;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The model of a run and where its shape was found: in a folder, in the cache of the hub, or in the catalogue, in this order.
 *
 * @param folder absolute; empty where only the catalogue knows the model
 * @param source {@code folder}, {@code cache}, {@code catalogue}
 */
record PlannedModel(ModelConfig config, Optional<Path> folder, String source) {
    private static final String KEY = "base_model";
    private static final int SUGGESTIONS = 3;

    /** @throws UserException with its place, where nothing is known of the model or it is not supported */
    static PlannedModel of(ModelSource model, Places places) {
        String written = model.name();
        Path here = model.here();
        Path folder = model.folder();
        boolean cached = !folder.equals(here);
        Path file = folder.resolve("config.json");
        // The cache may hold no more of a model than its tokenizer.
        if (cached ? Files.exists(file) : Files.isDirectory(folder)) {
            try {
                return new PlannedModel(Families.read(file), Optional.of(folder), cached ? "cache" : "folder");
            } catch (UserException e) {
                throw places.error(KEY, KEY + ": " + e.getMessage());
            }
        }
        boolean repo = ModelLocation.repo(written, here).isPresent() && !isMeantAsPath(written, here);
        Catalogue catalogue = Catalogue.read();
        return Optional.of(written)
                .filter(name -> repo)
                .flatMap(catalogue::find)
                .map(config -> new PlannedModel(config, Optional.empty(), "catalogue"))
                .orElseThrow(() -> repo
                        ? new ModelNotFetchedException(notFetched(written, catalogue))
                        : places.error(
                                KEY,
                                KEY + ": " + folder
                                        + " is not a folder; download the model and give the folder with its"
                                        + " config.json, *.safetensors and tokenizer.json"));
    }

    /** Whether the files, as far as they are here, were fetched. */
    boolean isFromHub() {
        return source.equals("cache");
    }

    /** The folder before the slash is here, and it is no name of an organisation then but a path with a slip in it. */
    private static boolean isMeantAsPath(String written, Path here) {
        Path parent = here.getParent();
        return written.contains("/") && parent != null && Files.isDirectory(parent);
    }

    private static String notFetched(String written, Catalogue catalogue) {
        List<String> near = near(written, catalogue.names());
        return KEY + ": the model " + written
                + " is not here; train and preprocess fetch it from the hub. Whether its family is supported, and what"
                + " it needs, is known then"
                + (near.isEmpty() ? "" : ". Known without fetching: " + String.join(", ", near));
    }

    private static List<String> near(String written, List<String> names) {
        List<String> left = new ArrayList<>(names);
        List<String> near = new ArrayList<>();
        for (Optional<String> next = Suggestion.nearest(written, left);
                next.isPresent() && near.size() < SUGGESTIONS;
                next = Suggestion.nearest(written, left)) {
            near.add(next.get());
            left.remove(next.get());
        }
        return near;
    }
}
