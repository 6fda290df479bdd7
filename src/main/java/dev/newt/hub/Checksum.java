package dev.newt.hub;

import dev.newt.io.Sha256;
import dev.newt.io.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The hash that a file's content must have.
 *
 * @param hex digits, in lower case
 */
record Checksum(Kind kind, String hex) {
    /** How the hash is computed. */
    enum Kind {
        SHA256,
        /** SHA-1 of git's header and the content: how git names small files. */
        GIT_BLOB
    }

    /** Tells the algorithm from the number of digits, as the hub's ETags do. */
    static Checksum ofBlobName(String name) {
        return new Checksum(name.length() == 64 ? Kind.SHA256 : Kind.GIT_BLOB, name);
    }

    /** @throws UserException where these are not the digits of a SHA-256 */
    static Checksum sha256(String digits) {
        String hex = digits.toLowerCase(Locale.ROOT);
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new UserException("sha256: \"" + digits + "\" is not a checksum of 64 hexadecimal digits.");
        }
        return new Checksum(Kind.SHA256, hex);
    }

    boolean fits(Path file) throws IOException {
        String found =
                switch (kind) {
                    case SHA256 -> Sha256.plainHex(file);
                    case GIT_BLOB -> gitBlob(file);
                };
        return found.equals(hex);
    }

    private static String gitBlob(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every Java platform has SHA-1.
        }
        digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 18];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                digest.update(buffer, 0, length);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
