package dev.newt.data.source;

import java.util.Optional;

/**
 * What is meant of a repository on the hub; nothing of a file or folder.
 *
 * @param name one of its configurations, as its README.md or its folders name them
 * @param revision branch, tag or commit
 */
public record RepoChoice(Optional<String> name, Optional<String> revision) {
    /** The default configuration of the branch main. */
    public static final RepoChoice DEFAULT = new RepoChoice(Optional.empty(), Optional.empty());
}
