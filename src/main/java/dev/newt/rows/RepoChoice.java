package dev.newt.rows;

import java.util.Optional;

/**
 * What is meant of a repository on the hub; nothing of a file or folder.
 *
 * @param name one of its configurations, as its README.md or its folders name them
 * @param folder to which its files are confined, whatever its README.md says; excludes {@code name}
 * @param revision branch, tag or commit
 */
public record RepoChoice(Optional<String> name, Optional<String> folder, Optional<String> revision) {
    /** The default configuration of the branch main. */
    public static final RepoChoice DEFAULT = new RepoChoice(Optional.empty(), Optional.empty(), Optional.empty());
}
