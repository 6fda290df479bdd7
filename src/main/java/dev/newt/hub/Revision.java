package dev.newt.hub;

import dev.newt.hub.Http.Answer;
import dev.newt.io.UserException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A commit of a repository: its files' names, and the files that are wanted. */
public final class Revision {
    private final Hub hub;
    private final Repo repo;
    private final String name;
    private final Listing listing;
    private final boolean offline;

    Revision(Hub hub, Repo repo, String name, Listing listing, boolean offline) {
        this.hub = hub;
        this.repo = repo;
        this.name = name;
        this.listing = listing;
        this.offline = offline;
    }

    public Repo repo() {
        return repo;
    }

    public String commit() {
        return listing.commit();
    }

    /** Names of all files, in order, with {@code /} between their parts. */
    public List<String> files() {
        return listing.names();
    }

    /**
     * Downloads the files that are not in the cache yet.
     *
     * @return their folder, which holds everything that was ever downloaded of this commit
     * @throws UserException if a file cannot be downloaded
     */
    public Path fetch(Collection<String> names) {
        Path snapshot = hub.snapshot(repo, commit());
        // All names are checked before anything is written.
        names.forEach(file -> RemoteNames.below(snapshot, file, repo.toString()));
        for (String file : names) {
            fetch(file);
        }
        if (!offline) {
            hub.cache().keep(repo, listing);
            // Last, so that a branch never points to a commit that is half missing.
            hub.cache().remember(repo, name, commit());
        }
        return snapshot;
    }

    /** Downloads one file, to look into before choosing others. */
    public Path fetch(String file) {
        Path place = RemoteNames.below(hub.snapshot(repo, commit()), file, repo.toString());
        if (Files.isRegularFile(place)) {
            return place;
        }
        if (offline) {
            throw new UserException(repo + ": " + file + " of commit " + commit() + " is not in the cache "
                    + hub.cache().root() + ". "
                    + (hub.settings().offline()
                            ? "Unset HF_HUB_OFFLINE once to download it."
                            : "Try again when " + hub.settings().endpoint() + " can be reached."));
        }
        try {
            Listing.Entry entry = described(file);
            String blob = entry.blobName().orElseThrow();
            Path target = hub.cache().blob(repo, blob);
            try (FileLock lock = FileLock.acquire(hub.cache().lock(repo, blob), () -> hub.listener()
                    .note(file + ": another process is downloading it; waiting"))) {
                if (!Files.exists(target)) {
                    download(file, entry, target);
                }
                hub.cache().link(repo, commit(), file, blob);
            }
            return place;
        } catch (HttpFailure e) {
            throw HubErrors.refused(repo, name, hub.settings(), e);
        } catch (IOException e) {
            throw new UserException(
                    repo + ": " + file + " could not be downloaded: " + Retries.reason(e)
                            + ". Run it again to continue where it stopped.",
                    e);
        }
    }

    private void download(String file, Listing.Entry entry, Path target) throws IOException {
        new Download(
                        repo.id() + "/" + file,
                        hub.address(repo, commit(), file),
                        hub::credentials,
                        entry.size(),
                        entry.blobName().map(Checksum::ofBlobName),
                        target)
                .run(hub.waiting(), hub.listener());
    }

    /** The content's name and size, from the listing or, if the hub lists less, from the file's own headers. */
    private Listing.Entry described(String file) throws IOException {
        Listing.Entry listed = listing.files().get(file);
        if (listed == null) {
            throw new UserException(repo + ": has no file " + file + " in revision " + name + ".");
        }
        if (listed.blobName().isPresent() && listed.size().isPresent()) {
            return listed;
        }
        URI uri = hub.address(repo, commit(), file);
        return new Retries(hub.waiting(), hub.listener()).call(file, () -> {
            try (Answer answer =
                    Http.open("HEAD", uri, Map.of(), hub::credentials, Http.Follow.SAME_SERVER, hub.waiting())) {
                Optional<String> etag = answer.header("X-Linked-Etag")
                        .or(() -> answer.header("ETag"))
                        .map(text -> text.replaceFirst("^W/", "").replace("\"", ""))
                        .filter(HubCache::isBlobName);
                if (etag.isEmpty()) {
                    throw new UserException(uri + ": the server does not give the file's checksum (ETag), "
                            + "so the file could not be checked. Is HF_ENDPOINT a Hugging Face hub?");
                }
                OptionalLong size = answer.header("X-Linked-Size")
                        .filter(text -> text.matches("\\d{1,18}"))
                        .map(text -> OptionalLong.of(Long.parseLong(text)))
                        .orElseGet(() -> answer.status() < 300 ? answer.length() : OptionalLong.empty());
                return new Listing.Entry(size, etag, etag.filter(text -> text.length() == 64));
            }
        });
    }
}
