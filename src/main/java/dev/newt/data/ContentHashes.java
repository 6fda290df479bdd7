package dev.newt.data;

import dev.newt.io.AtomicFiles;
import dev.newt.io.Sha256;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The hashes of files' contents, remembered by path, inode, size and time of change, so that a large file is read through once and not at every
 * start.
 */
final class ContentHashes {
    private final Path folder;

    /** @param folder of the prepared data */
    ContentHashes(Path folder) {
        this.folder = folder;
    }

    /** SHA-256 of the content in hexadecimal digits. */
    String of(Path file) {
        Path remembered = folder.resolve("content-" + state(file) + ".sha256");
        try {
            if (Files.exists(remembered)) {
                String hash = Files.readString(remembered).strip();
                if (hash.matches("[0-9a-f]{64}")) {
                    return hash;
                }
            }
            String hash = new Sha256().addFile(file).hex();
            remember(hash, remembered);
            return hash;
        } catch (IOException e) {
            throw new UserException(remembered + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Several processes may do so at once, each with the same result. */
    private void remember(String hash, Path remembered) {
        try {
            Files.createDirectories(folder);
            Path aside = Files.createTempFile(folder, ".tmp-content-", "");
            Files.writeString(aside, hash + "\n");
            Files.move(aside, remembered, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UserException(
                    "dataset_prepared_path: " + AtomicFiles.failure(folder, e).getMessage(), e);
        }
    }

    private static String state(Path file) {
        try {
            return new Sha256()
                    .add(file.toAbsolutePath().normalize().toString())
                    .add(Files.size(file) + " " + Files.getLastModifiedTime(file) + " "
                            + Files.readAttributes(file, BasicFileAttributes.class)
                                    .fileKey())
                    .hex()
                    .substring(0, 32);
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
