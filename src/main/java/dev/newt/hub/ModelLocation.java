package dev.newt.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a model is: in a folder here, or in the cache of what was fetched from the hub. A folder here always wins. */
public final class ModelLocation {
    private ModelLocation() {}

    /**
     * The model's folder. Asks no server.
     *
     * @param written as the configuration names it
     * @param here where that is as a path
     * @param revision branch, tag or commit of a repository; main where none is given
     * @return the path where nothing is found
     */
    public static Path of(String written, Path here, Optional<String> revision) {
        return repo(written, here)
                .flatMap(repo -> HubCache.fromEnvironment().find(repo, revision))
                .orElse(here);
    }

    /** The repository {@code organisation/name} that is meant, where there is nothing of this name here. */
    public static Optional<Repo> repo(String written, Path here) {
        return Files.exists(here) || !written.contains("/") ? Optional.empty() : Repo.of(Repo.Kind.MODEL, written);
    }
}
