package dev.newt.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over a list of parts. Each part is preceded by its length, so that no two lists give the same bytes. */
public final class Sha256 {
    private final MessageDigest digest;

    public Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every Java platform has SHA-256.
        }
    }

    /** SHA-256 of bytes as they are, without a length before them: 64 hexadecimal digits. */
    public static String plainHex(byte[] bytes) {
        Sha256 plain = new Sha256();
        plain.digest.update(bytes);
        return plain.hex();
    }

    /** SHA-256 of a file's bytes as they are: 64 hexadecimal digits. */
    public static String plainHex(Path file) throws IOException {
        Sha256 plain = new Sha256();
        plain.take(file);
        return plain.hex();
    }

    public Sha256 add(String part) {
        return add(part.getBytes(StandardCharsets.UTF_8));
    }

    public Sha256 add(byte[] bytes) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).array());
        digest.update(bytes);
        return this;
    }

    /** Adds a file's content, not its name. */
    public Sha256 addFile(Path file) {
        try {
            digest.update(
                    ByteBuffer.allocate(Long.BYTES).putLong(Files.size(file)).array());
            take(file);
            return this;
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private void take(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 18];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
    }

    /** Finishes the hash: 32 bytes. */
    public byte[] digest() {
        return digest.digest();
    }

    /** Finishes the hash: 64 hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
