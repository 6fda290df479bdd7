package dev.newt.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a model is: in a local folder, or in the cache of downloads from the hub. A local folder always wins. */
public final class ModelLocation {
    private ModelLocation() {}

    /**
     * Returns the model's folder. Asks no server.
     *
     * @param written as the configuration names it
     * @param here the same name as a local path
     * @param revision branch, tag or commit of a repository; main where none is given
     * @return {@code here} if nothing is found
     */
    public static Path of(String written, Path here, Optional<String> revision) {
        return repo(written, here)
                .flatMap(repo -> HubCache.fromEnvironment().find(repo, revision))
                .orElse(here);
    }

    /** The repository {@code organisation/name} that is meant, if nothing local has this name. */
    public static Optional<Repo> repo(String written, Path here) {
        return Files.exists(here) || !written.contains("/") ? Optional.empty() : Repo.of(Repo.Kind.MODEL, written);
    }
}
