package dev.newt.hub;

import dev.newt.io.Sha256;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs S3 requests that have no body: AWS Signature Version 4 in the Authorization header.
 *
 * <p>Source: "Authenticating Requests: Using the Authorization Header" of the Amazon S3 API Reference.
 */
record AwsSignature(String accessKey, String secretKey, Optional<String> sessionToken, String region) {
    private static final String EMPTY_BODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /**
     * Returns the headers to send.
     *
     * @param others headers that are signed too, by name in lower case
     */
    Map<String, String> headers(String method, URI uri, Map<String, String> others, Instant now) {
        String time = TIME.format(now);
        String scope = time.substring(0, 8) + "/" + region + "/s3/aws4_request";
        Map<String, String> headers = new TreeMap<>(others);
        headers.put("x-amz-date", time);
        headers.put("x-amz-content-sha256", EMPTY_BODY);
        sessionToken.ifPresent(token -> headers.put("x-amz-security-token", token));
        Map<String, String> signed = new TreeMap<>(headers);
        signed.put("host", host(uri));

        String names = String.join(";", signed.keySet());
        String request = method + "\n" + uri.getRawPath() + "\n" + query(uri) + "\n"
                + signed.entrySet().stream()
                        .map(header -> header.getKey() + ":" + header.getValue().strip() + "\n")
                        .collect(Collectors.joining())
                + "\n" + names + "\n" + EMPTY_BODY;
        String text = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + sha256(request);
        headers.put(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=" + accessKey + "/" + scope + ",SignedHeaders=" + names + ",Signature="
                        + HexFormat.of().formatHex(hmac(key(time.substring(0, 8)), text)));
        return headers;
    }

    private byte[] key(String day) {
        byte[] key = hmac(("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8), day);
        return hmac(hmac(hmac(key, region), "s3"), "aws4_request");
    }

    /** The host as HttpURLConnection sends it. */
    private static String host(URI uri) {
        int usualPort = "https".equals(uri.getScheme()) ? 443 : 80;
        boolean usual = uri.getPort() < 0 || uri.getPort() == usualPort;
        return usual ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    private static String query(URI uri) {
        String query = uri.getRawQuery();
        return query == null
                ? ""
                : Arrays.stream(query.split("&"))
                        .map(part -> part.contains("=") ? part : part + "=")
                        .sorted()
                        .collect(Collectors.joining("&"));
    }

    private static String sha256(String text) {
        return Sha256.plainHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
