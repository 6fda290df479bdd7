package dev.newt.rows;

import java.util.Optional;

/**
 * Which part of a repository on the hub is meant; irrelevant for local files and folders.
 *
 * @param name one of its configurations, as its README.md or its folders name them
 * @param folder the folder to take files from, whatever its README.md says; excludes {@code name}
 * @param revision branch, tag or commit
 */
public record RepoChoice(Optional<String> name, Optional<String> folder, Optional<String> revision) {
    /** The default configuration on the branch main. */
    public static final RepoChoice DEFAULT = new RepoChoice(Optional.empty(), Optional.empty(), Optional.empty());
}
