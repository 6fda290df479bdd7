package dev.newt.hub;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A repository on the hub.
 *
 * @param id {@code organisation/name}, or {@code name} alone for the oldest ones
 */
public record Repo(Kind kind, String id) {
    /** What a repository holds. */
    public enum Kind {
        MODEL("models", ""),
        DATASET("datasets", "datasets/");

        private final String plural;
        private final String addressPrefix;

        Kind(String plural, String addressPrefix) {
            this.plural = plural;
            this.addressPrefix = addressPrefix;
        }
    }

    private static final Pattern ID =
            Pattern.compile("(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}/)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?");

    public Repo {
        if (!isId(id)) {
            throw new IllegalArgumentException("not the id of a repository: " + id);
        }
    }

    /** The repository that {@code text} may mean; empty if it can only be a path or an address. */
    public static Optional<Repo> of(Kind kind, String text) {
        return isId(text) ? Optional.of(new Repo(kind, text)) : Optional.empty();
    }

    private static boolean isId(String text) {
        return ID.matcher(text).matches() && !text.contains("..") && !text.contains("--");
    }

    /** Its folder in the cache. */
    String folder() {
        return kind.plural + "--" + id.replace("/", "--");
    }

    /** The path of its metadata in the hub's API. */
    String apiPath() {
        return "/api/" + kind.plural + "/" + id;
    }

    /** The path of its pages and files. */
    String webPath() {
        return "/" + kind.addressPrefix + id;
    }

    @Override
    public String toString() {
        return (kind == Kind.MODEL ? "model " : "data set ") + id;
    }
}
