package dev.newt.hub;

import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The folder in which Hugging Face's libraries keep repositories: for each one {@code blobs} named by content, {@code refs} from branches
 * to commits, and {@code snapshots} of commits, whose files are links to blobs. Newt finds what they downloaded, and they find what Newt downloaded.
 *
 * <p>A look-up writes nothing and asks no server.
 */
public final class HubCache {
    static final String DEFAULT_REVISION = "main";
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern BLOB = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    private final Path root;
    private final boolean symlinks;

    public HubCache(HubSettings settings) {
        this(settings.cache(), settings.symlinks());
    }

    HubCache(Path root, boolean symlinks) {
        this.root = root;
        this.symlinks = symlinks;
    }

    /** The cache that the environment names. */
    public static HubCache fromEnvironment() {
        return new HubCache(HubSettings.fromEnvironment());
    }

    /**
     * The folder with the cached files of a revision, which need not be all of them.
     *
     * @param revision branch, tag or commit; {@code main} where none is given
     */
    public Optional<Path> find(Repo repo, Optional<String> revision) {
        return commit(repo, revision.orElse(DEFAULT_REVISION))
                .map(commit -> snapshot(repo, commit))
                .filter(Files::isDirectory);
    }

    /** The commit that a revision pointed to when it was last downloaded. */
    Optional<String> commit(Repo repo, String revision) {
        if (isCommit(revision)) {
            return Optional.of(revision);
        }
        if (!RemoteNames.isSafe(revision)) {
            return Optional.empty();
        }
        Path ref = folder(repo).resolve("refs").resolve(revision);
        try {
            return Files.isRegularFile(ref)
                    ? Optional.of(Files.readString(ref).strip()).filter(HubCache::isCommit)
                    : Optional.empty();
        } catch (IOException e) {
            throw new UserException(ref + ": cannot be read: " + e.getMessage(), e);
        }
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    static boolean isBlobName(String text) {
        return BLOB.matcher(text).matches();
    }

    Path root() {
        return root;
    }

    Path folder(Repo repo) {
        return root.resolve(repo.folder());
    }

    Path snapshot(Repo repo, String commit) {
        return folder(repo).resolve("snapshots").resolve(commit);
    }

    Path blob(Repo repo, String name) {
        return folder(repo).resolve("blobs").resolve(name);
    }

    Path lock(Repo repo, String name) {
        return root.resolve(".locks").resolve(repo.folder()).resolve(name + ".lock");
    }

    /** Which files a commit has, as the hub last reported it to Newt or to Hugging Face's library. */
    Optional<Listing> listing(Repo repo, String commit) {
        return Listing.ofFile(ownListing(repo, commit), commit)
                .or(() -> Listing.ofFile(folder(repo).resolve("trees").resolve(commit + ".json"), commit));
    }

    /**
     * Keeps a listing. Not where that library keeps its own: it would then refuse the whole snapshot for lacking files that Newt never wanted.
     */
    void keep(Repo repo, Listing listing) {
        listing.write(ownListing(repo, listing.commit()));
    }

    private Path ownListing(Repo repo, String commit) {
        return folder(repo).resolve(".newt").resolve(commit + ".json");
    }

    /** Records the commit of a branch or tag. */
    void remember(Repo repo, String revision, String commit) {
        if (!revision.equals(commit)) {
            AtomicFiles.writeString(folder(repo).resolve("refs").resolve(revision), commit);
        }
    }

    /** Makes a blob visible under its name in a snapshot. The caller holds the blob's lock. */
    void link(Repo repo, String commit, String name, String blobName) {
        Path snapshot = snapshot(repo, commit);
        Path file = snapshot.resolve(name);
        Path blob = blob(repo, blobName);
        try {
            Files.createDirectories(file.getParent());
            // A folder may be a link that someone put there, leading out of the cache.
            if (!file.getParent().toRealPath().startsWith(folder(repo).toRealPath())) {
                throw new UserException(file.getParent() + ": leads out of the cache " + root
                        + "; remove this link. Nothing was written through it.");
            }
            if (Files.exists(file)) {
                return;
            }
            Files.deleteIfExists(file);
            if (!symlinks || !linked(file, blob)) {
                Path aside = Files.createTempFile(snapshot, ".tmp-", "");
                Files.copy(blob, aside, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                Files.move(aside, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw AtomicFiles.failure(file, e);
        }
    }

    private static boolean linked(Path file, Path blob) {
        try {
            Files.createSymbolicLink(file, file.getParent().relativize(blob));
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false; // Links are not possible on this file system, or not for this user (Windows).
        }
    }
}
