package dev.newt.hub;

import dev.newt.io.Sha256;
import dev.newt.io.UserException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A file on a web server or in S3, as a configuration names it. {@code #sha256=...} at its end is the checksum that the content must have.
 *
 * @param written the address without the checksum
 */
record Address(String written, Optional<Checksum> checksum) {
    private static final String CHECKSUM = "#sha256=";

    static boolean isOne(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.startsWith("http://") || lower.startsWith("https://") || lower.startsWith("s3://");
    }

    /** @throws UserException where the text is not a valid address */
    static Address of(String text) {
        int at = text.indexOf(CHECKSUM);
        Address address = at < 0
                ? new Address(text, Optional.empty())
                : new Address(
                        text.substring(0, at), Optional.of(Checksum.sha256(text.substring(at + CHECKSUM.length()))));
        if (address.fileName().isEmpty()) {
            throw new UserException(address.shown() + ": must name a file, not a folder.");
        }
        return address;
    }

    boolean isS3() {
        return written.toLowerCase(Locale.ROOT).startsWith("s3://");
    }

    /** The address without its possible secrets: a query can carry a signature, and the part before an @ a password. */
    String shown() {
        return written.replaceFirst("[?#].*$", "").replaceFirst("//[^/@]*@", "//");
    }

    /** The last part of the path. */
    String fileName() {
        String path = shown().replaceFirst("^\\w+://[^/]*", "");
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The address to request. */
    URI uri(Map<String, String> env) {
        try {
            return isS3() ? s3(env) : new URI(written.replace(" ", "%20"));
        } catch (URISyntaxException e) {
            throw new UserException(shown() + ": is not an address: " + e.getReason() + ".", e);
        }
    }

    private URI s3(Map<String, String> env) throws URISyntaxException {
        String[] parts = written.substring("s3://".length()).split("/", 2);
        if (parts.length < 2 || !parts[0].matches("[a-z0-9][a-z0-9.-]{1,62}")) {
            throw new UserException(written + ": is not an S3 address. Write s3://bucket/path/file.");
        }
        String key = Hub.encoded(parts[1], false).replace("*", "%2A").replace("%7E", "~");
        Optional<String> endpoint =
                HubSettings.value(env, "AWS_ENDPOINT_URL_S3").or(() -> HubSettings.value(env, "AWS_ENDPOINT_URL"));
        if (endpoint.isPresent()) {
            return new URI(endpoint.get().replaceFirst("/+$", "") + "/" + parts[0] + "/" + key);
        }
        String server = "s3." + region(env) + ".amazonaws.com";
        // The wildcard certificate does not cover names with further dots.
        return parts[0].contains(".")
                ? new URI("https://" + server + "/" + parts[0] + "/" + key)
                : new URI("https://" + parts[0] + "." + server + "/" + key);
    }

    /** The signature for S3 where keys are set; nothing for public files and for other servers. */
    Http.Credentials credentials(Map<String, String> env) {
        Optional<String> access = HubSettings.value(env, "AWS_ACCESS_KEY_ID");
        Optional<String> secret = HubSettings.value(env, "AWS_SECRET_ACCESS_KEY");
        if (!isS3() || access.isEmpty() || secret.isEmpty()) {
            return Http.Credentials.NONE;
        }
        URI own = uri(env);
        AwsSignature signature =
                new AwsSignature(access.get(), secret.get(), HubSettings.value(env, "AWS_SESSION_TOKEN"), region(env));
        return (method, uri) ->
                Http.sameServer(own, uri) ? signature.headers(method, uri, Map.of(), Instant.now()) : Map.of();
    }

    private static String region(Map<String, String> env) {
        return HubSettings.value(env, "AWS_REGION")
                .or(() -> HubSettings.value(env, "AWS_DEFAULT_REGION"))
                .orElse("us-east-1");
    }

    /** The folder of its content below a cache. Two addresses that differ anywhere do not share one. */
    Path folder(Path root) {
        String key = written + checksum.map(Checksum::hex).orElse("");
        return root.resolve(
                Sha256.plainHex(key.getBytes(StandardCharsets.UTF_8)).substring(0, 32));
    }
}
