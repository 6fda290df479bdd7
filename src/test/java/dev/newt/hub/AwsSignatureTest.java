package dev.newt.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The examples of the Amazon S3 API Reference, "Signature Calculations for the Authorization Header". */
class AwsSignatureTest {
    private static final Instant NOW = Instant.parse("2013-05-24T00:00:00Z");
    private static final AwsSignature SIGNATURE = new AwsSignature(
            "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Optional.empty(), "us-east-1");

    @Test
    void aPartOfAnObject() {
        assertThat(authorization("/test.txt", Map.of("range", "bytes=0-9")))
                .isEqualTo("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                        + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                        + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void aQueryWithoutAValue() {
        assertThat(authorization("/?lifecycle", Map.of()))
                .endsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    }

    @Test
    void aQueryWithValues() {
        assertThat(authorization("/?max-keys=2&prefix=J", Map.of()))
                .endsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    @Test
    void aSessionTokenIsSentAndSigned() {
        Map<String, String> headers = new AwsSignature("a", "b", Optional.of("session"), "eu-west-1")
                .headers("GET", URI.create("http://localhost:99/b/k"), Map.of(), NOW);

        assertThat(headers).containsEntry("x-amz-security-token", "session");
        assertThat(headers.get("Authorization"))
                .contains("x-amz-security-token")
                .contains("/eu-west-1/s3/");
    }

    private static String authorization(String path, Map<String, String> headers) {
        URI uri = URI.create("https://examplebucket.s3.amazonaws.com" + path);
        return SIGNATURE.headers("GET", uri, headers, NOW).get("Authorization");
    }
}
