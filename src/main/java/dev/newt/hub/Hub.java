package dev.newt.hub;

import dev.newt.hub.Http.Answer;
import dev.newt.io.UserException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The Hugging Face hub, and the cache of files downloaded from it. */
public final class Hub {
    private final HubSettings settings;
    private final HubCache cache;
    private final DownloadListener listener;
    private final Waiting waiting;

    /** The hub that the environment names. */
    public static Hub fromEnvironment(DownloadListener listener) {
        return new Hub(HubSettings.fromEnvironment(), listener);
    }

    public Hub(HubSettings settings, DownloadListener listener) {
        this(settings, listener, new Waiting(Waiting.Limits.ofSilence(settings.timeout()), Retries.Clock.SYSTEM));
    }

    Hub(HubSettings settings, DownloadListener listener, Waiting waiting) {
        this.settings = settings;
        this.cache = new HubCache(settings);
        this.listener = listener;
        this.waiting = waiting;
    }

    /**
     * Asks which commit a revision is and which files it has. Offline, and when the hub cannot be reached, the cache is used.
     *
     * @param revision branch, tag or commit; {@code main} where none is given
     * @throws UserException if the hub does not serve it, with what to do about it
     */
    public Revision open(Repo repo, Optional<String> revision) {
        String name = revision.orElse(HubCache.DEFAULT_REVISION);
        if (!RemoteNames.isSafe(name)) {
            throw new UserException(repo + ": \"" + name + "\" is not the name of a revision.");
        }
        if (settings.offline()) {
            return cached(repo, name)
                    .orElseThrow(() -> new UserException(repo + ", revision " + name + ": is not in the cache "
                            + cache.root()
                            + ", and HF_HUB_OFFLINE forbids downloading it. Unset HF_HUB_OFFLINE once, or "
                            + "give the path of a folder."));
        }
        Optional<Listing> known = HubCache.isCommit(name) ? cache.listing(repo, name) : Optional.empty();
        if (known.isPresent()) {
            return new Revision(this, repo, name, known.get(), false);
        }
        try {
            return new Revision(this, repo, name, ask(repo, name), false);
        } catch (HttpFailure e) {
            if (!e.passes()) {
                throw HubErrors.refused(repo, name, settings, e);
            }
            return fallback(repo, name, e);
        } catch (IOException e) {
            return fallback(repo, name, e);
        }
    }

    private Revision fallback(Repo repo, String revision, IOException e) {
        String problem = settings.endpoint() + " cannot be reached: " + Retries.reason(e);
        Revision found = cached(repo, revision)
                .orElseThrow(() -> new UserException(
                        repo + ": is not in the cache " + cache.root() + ", and " + problem
                                + ". Check the network and HF_ENDPOINT, or give the path of a folder.",
                        e));
        listener.note(repo + ": " + problem + "; using commit " + found.commit() + " from the cache");
        return found;
    }

    /** The cached files of a revision; no server is asked, and missing files are not downloaded. */
    public Optional<Revision> cached(Repo repo, Optional<String> revision) {
        return cached(repo, revision.orElse(HubCache.DEFAULT_REVISION));
    }

    private Optional<Revision> cached(Repo repo, String revision) {
        return cache.find(repo, Optional.of(revision)).map(snapshot -> {
            String commit = snapshot.getFileName().toString();
            Listing listing = cache.listing(repo, commit).orElseGet(() -> Listing.ofSnapshot(snapshot));
            return new Revision(this, repo, revision, listing, true);
        });
    }

    private Listing ask(Repo repo, String revision) throws IOException {
        URI uri = URI.create(
                settings.endpoint() + repo.apiPath() + "/revision/" + encoded(revision, true) + "?blobs=true");
        String text = new Retries(waiting, listener).call(repo.toString(), () -> {
            try (Answer answer = Http.open("GET", uri, Map.of(), this::credentials, Http.Follow.ALL, waiting)) {
                return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
            }
        });
        return Listing.ofApi(text, uri.toString());
    }

    /** The token goes only to the hub, never to the servers that it redirects to. */
    Map<String, String> credentials(String method, URI uri) {
        return settings.token()
                .filter(token -> Http.sameServer(uri, settings.endpoint()))
                .map(token -> Map.of("Authorization", "Bearer " + token))
                .orElseGet(Map::of);
    }

    URI address(Repo repo, String commit, String file) {
        return URI.create(settings.endpoint() + repo.webPath() + "/resolve/" + commit + "/" + encoded(file, false));
    }

    static String encoded(String text, boolean slashes) {
        String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        return slashes ? encoded : encoded.replace("%2F", "/");
    }

    HubSettings settings() {
        return settings;
    }

    HubCache cache() {
        return cache;
    }

    DownloadListener listener() {
        return listener;
    }

    Waiting waiting() {
        return waiting;
    }

    /** The folder of a commit's files in the cache. */
    Path snapshot(Repo repo, String commit) {
        return cache.snapshot(repo, commit);
    }
}
