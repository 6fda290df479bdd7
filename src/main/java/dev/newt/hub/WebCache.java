package dev.newt.hub;

import dev.newt.hub.Http.Answer;
import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Files of web servers ({@code http://}, {@code https://}) and of S3 ({@code s3://}), each downloaded once, and again when it changes. */
public final class WebCache {
    private static final String STATE = ".state";

    private final Path root;
    private final Map<String, String> env;
    private final DownloadListener listener;
    private final Waiting waiting;

    private WebCache(Path root, Map<String, String> env, DownloadListener listener, Waiting waiting) {
        this.root = root;
        this.env = env;
        this.listener = listener;
        this.waiting = waiting;
    }

    /** The folder that the environment names: {@code NEWT_CACHE}, else {@code newt} in the user's cache. */
    public static WebCache fromEnvironment(DownloadListener listener) {
        return of(System.getenv(), Path.of(System.getProperty("user.home")), listener);
    }

    /**
     * @param env variables by name
     * @param home folder that {@code ~} stands for
     */
    public static WebCache of(Map<String, String> env, Path home, DownloadListener listener) {
        return of(
                env,
                home,
                listener,
                new Waiting(Waiting.Limits.ofSilence(HubSettings.timeout(env)), Retries.Clock.SYSTEM));
    }

    static WebCache of(Map<String, String> env, Path home, DownloadListener listener, Waiting waiting) {
        Path folder = HubSettings.value(env, "NEWT_CACHE")
                .map(text -> HubSettings.path(text, home))
                .orElseGet(() -> HubSettings.userCache(env, home).resolve("newt"));
        return new WebCache(folder.toAbsolutePath().normalize().resolve("downloads"), env, listener, waiting);
    }

    /** Whether a text is an address, not a path. */
    public static boolean isAddress(String text) {
        return Address.isOne(text);
    }

    /** The file downloaded from an address earlier. Asks no server and writes nothing. */
    public Optional<Path> find(String address) {
        return Optional.of(file(Address.of(address))).filter(Files::isRegularFile);
    }

    /**
     * Downloads a file, unless it is in the cache and the server has no newer one.
     *
     * @throws UserException if it cannot be downloaded
     */
    public Path fetch(String text) {
        Address address = Address.of(text);
        Path file = file(address);
        URI uri = address.uri(env);
        try (FileLock lock = FileLock.acquire(
                file.resolveSibling(".lock"),
                () -> listener.note(address.shown() + ": another process is downloading it; waiting"))) {
            State state;
            try {
                state = state(uri, address);
            } catch (IOException e) {
                if (Files.isRegularFile(file)) {
                    listener.note(address.shown() + ": " + Retries.reason(e) + "; using the copy downloaded earlier");
                    return file;
                }
                throw e;
            }
            if (Files.isRegularFile(file) && state.isThatOf(file)) {
                return file;
            }
            Path incomplete = file.resolveSibling(file.getFileName() + ".incomplete");
            if (!state.isThatOf(incomplete)) {
                Files.deleteIfExists(incomplete); // It may be the beginning of different content.
            }
            state.keepFor(incomplete);
            new Download(address.shown(), uri, address.credentials(env), state.size(), address.checksum(), file)
                    .run(waiting, listener);
            state.keepFor(file);
            return file;
        } catch (HttpFailure e) {
            throw new UserException(address.shown() + ": " + refusal(address, e), e);
        } catch (IOException e) {
            throw new UserException(
                    address.shown() + ": could not be downloaded: " + Retries.reason(e)
                            + ". Run it again to continue where it stopped.",
                    e);
        }
    }

    private Path file(Address address) {
        return RemoteNames.below(address.folder(root), address.fileName(), address.shown());
    }

    /**
     * What a server says about a file, from which a change is noticed.
     *
     * @param mark ETag or modification time; empty if the server gives neither
     */
    private record State(String mark, OptionalLong size) {
        boolean isThatOf(Path file) throws IOException {
            Path kept = file.resolveSibling(file.getFileName() + STATE);
            // If the server says nothing, a complete local file is as good as the server's; a partial one is not.
            return mark.isEmpty()
                    ? !file.getFileName().toString().endsWith(".incomplete")
                    : Files.isRegularFile(kept) && Files.readString(kept).equals(mark);
        }

        void keepFor(Path file) {
            AtomicFiles.writeString(file.resolveSibling(file.getFileName() + STATE), mark);
        }
    }

    private State state(URI uri, Address address) throws IOException {
        return new Retries(waiting, listener).call(address.shown(), () -> {
            try (Answer answer = Http.open("HEAD", uri, Map.of(), address.credentials(env), Http.Follow.ALL, waiting)) {
                String mark = answer.header("ETag")
                        .or(() -> answer.header("Last-Modified"))
                        .orElse("");
                return new State(mark, answer.length());
            } catch (HttpFailure e) {
                if (e.passes()) {
                    throw e;
                }
                return new State("", OptionalLong.empty()); // Some servers answer only GET.
            }
        });
    }

    private String refusal(Address address, HttpFailure e) {
        return switch (e.status()) {
            case 404, 410 -> "does not exist (" + e.getMessage() + "). Check the address.";
            case 401, 403 -> address.isS3()
                    ? HubSettings.value(env, "AWS_ACCESS_KEY_ID").isPresent()
                            ? "S3 refuses the keys, or they do not allow reading it (" + e.getMessage()
                                    + "). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION."
                            : "S3 does not serve it publicly. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and "
                                    + "AWS_REGION if it is not us-east-1."
                    : "the server asks for a login (" + e.getMessage()
                            + "). Download the file yourself and give its path.";
            default -> "the server refuses to serve it: " + e.getMessage()
                    + (address.isS3() ? ". Is AWS_REGION the bucket's region?" : ".");
        };
    }
}
