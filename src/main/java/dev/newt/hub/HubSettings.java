package dev.newt.hub;

import dev.newt.io.UserException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How the hub is reached, from the environment variables that Hugging Face's own libraries read.
 *
 * @param endpoint address of the hub, without a trailing slash
 * @param token the access token of an account
 * @param offline whether only the cache may be used
 * @param cache the folder that keeps the repositories
 * @param symlinks whether snapshots may hold links to the blobs; otherwise they hold copies
 * @param timeout how long a server may stay silent before the request is repeated
 */
public record HubSettings(
        URI endpoint, Optional<String> token, boolean offline, Path cache, boolean symlinks, Duration timeout) {
    private static final String TIMEOUT = "HF_HUB_DOWNLOAD_TIMEOUT";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

    /** @throws UserException if a variable's value cannot be used */
    public static HubSettings fromEnvironment() {
        return of(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /**
     * @param env variables by name
     * @param home folder that {@code ~} stands for
     */
    public static HubSettings of(Map<String, String> env, Path home) {
        Path hfHome = value(env, "HF_HOME").map(path -> path(path, home)).orElseGet(() -> userCache(env, home)
                .resolve("huggingface"));
        Path cache = value(env, "HF_HUB_CACHE")
                .or(() -> value(env, "HUGGINGFACE_HUB_CACHE"))
                .map(path -> path(path, home))
                .orElse(hfHome.resolve("hub"));
        boolean offline = isTrue(env, "HF_HUB_OFFLINE")
                || isTrue(env, "TRANSFORMERS_OFFLINE")
                || isTrue(env, "HF_DATASETS_OFFLINE");
        return new HubSettings(
                endpoint(value(env, "HF_ENDPOINT").orElse("https://huggingface.co")),
                isTrue(env, "HF_HUB_DISABLE_IMPLICIT_TOKEN") ? Optional.empty() : token(env, home, hfHome),
                offline,
                cache.toAbsolutePath().normalize(),
                !isTrue(env, "HF_HUB_DISABLE_SYMLINKS"),
                timeout(env));
    }

    /** The user's folder for data that programs can download again. */
    static Path userCache(Map<String, String> env, Path home) {
        return value(env, "XDG_CACHE_HOME").map(path -> path(path, home)).orElseGet(() -> home.resolve(".cache"));
    }

    /** Also of web servers and of S3. */
    static Duration timeout(Map<String, String> env) {
        Optional<String> text = value(env, TIMEOUT);
        if (text.isEmpty()) {
            return Waiting.SILENCE;
        }
        if (!text.get().matches("[1-9]\\d{0,4}")) {
            throw new UserException(TIMEOUT + ": \"" + text.get() + "\" is not a whole number of seconds above 0.");
        }
        return Duration.ofSeconds(Long.parseLong(text.get()));
    }

    private static URI endpoint(String text) {
        try {
            URI uri = URI.create(text.replaceFirst("/+$", ""));
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Reported below.
        }
        throw new UserException("HF_ENDPOINT: \"" + text + "\" is not an address such as https://hub.example.org.");
    }

    private static Optional<String> token(Map<String, String> env, Path home, Path hfHome) {
        return value(env, "HF_TOKEN")
                .or(() -> value(env, "HUGGING_FACE_HUB_TOKEN"))
                .or(() -> tokenFile(value(env, "HF_TOKEN_PATH")
                        .map(path -> path(path, home))
                        .orElse(hfHome.resolve("token"))))
                .map(text -> text.replaceAll("[\r\n]", "").strip())
                .filter(text -> !text.isEmpty());
    }

    private static Optional<String> tokenFile(Path file) {
        try {
            return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw new UserException(
                    file + ": the hub's token cannot be read: " + e.getMessage() + ". Set HF_TOKEN instead.", e);
        }
    }

    static Path path(String text, Path home) {
        return text.equals("~") ? home : text.startsWith("~/") ? home.resolve(text.substring(2)) : Path.of(text);
    }

    static Optional<String> value(Map<String, String> env, String name) {
        return Optional.ofNullable(env.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static boolean isTrue(Map<String, String> env, String name) {
        return value(env, name)
                .filter(text -> TRUE.contains(text.toUpperCase(Locale.ROOT)))
                .isPresent();
    }

    /** Leaves the token out: it must not reach a log. */
    @Override
    public String toString() {
        return "HubSettings[endpoint=" + endpoint + ", token=" + (token.isPresent() ? "set" : "none") + ", offline="
                + offline + ", cache=" + cache + ", symlinks=" + symlinks + ", timeout=" + timeout + "]";
    }
}
