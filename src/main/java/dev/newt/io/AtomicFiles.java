package dev.newt.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files and directories that appear whole or not at all: written next to their target under a temporary name, forced to disk, then
 * renamed. A process killed halfway leaves only a {@code .tmp-} name, which {@link #removeLeftovers} clears.
 */
public final class AtomicFiles {
    private static final String PREFIX = ".tmp-";

    private AtomicFiles() {}

    /** Writes to an open channel positioned at the start of an empty file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Fills an empty directory. */
    @FunctionalInterface
    public interface DirectoryContent {
        void fill(Path directory) throws IOException;
    }

    /** Replaces {@code target} by what {@code content} writes. Parent folders are created. */
    public static void write(Path target, Content content) {
        Path absolute = target.toAbsolutePath();
        Path aside = aside(absolute);
        try {
            Files.createDirectories(absolute.getParent());
            try (FileChannel channel = FileChannel.open(
                    aside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            move(aside, absolute);
            forceDirectory(absolute.getParent());
        } catch (IOException e) {
            deleteQuietly(aside);
            throw failure(absolute, e);
        } catch (RuntimeException e) {
            deleteQuietly(aside);
            throw e;
        }
    }

    public static void writeString(Path target, String text) {
        writeBytes(target, text.getBytes(StandardCharsets.UTF_8));
    }

    public static void writeBytes(Path target, byte[] bytes) {
        write(target, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
    }

    /** Creates the directory {@code target}, which must not exist or be empty, all at once: filled under another name, forced, renamed. */
    public static void writeDirectory(Path target, DirectoryContent content) {
        Path absolute = target.toAbsolutePath();
        Path aside = aside(absolute);
        try {
            Files.createDirectories(absolute.getParent());
            deleteTree(aside);
            Files.createDirectory(aside);
            content.fill(aside);
            try (Stream<Path> files = Files.walk(aside)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    if (Files.isRegularFile(file)) {
                        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                            channel.force(true);
                        }
                    } else {
                        forceDirectory(file);
                    }
                }
            }
            move(aside, absolute);
            forceDirectory(absolute.getParent());
        } catch (IOException e) {
            deleteTree(aside);
            throw failure(absolute, e);
        } catch (RuntimeException e) {
            deleteTree(aside);
            throw e;
        }
    }

    /** Deletes what killed writers left behind in {@code directory} itself. */
    public static void removeLeftovers(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : (Iterable<Path>) children::iterator) {
                if (isLeftover(child)) {
                    deleteTree(child);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static boolean isLeftover(Path path) {
        return path.getFileName().toString().startsWith(PREFIX);
    }

    /**
     * Deletes a directory so that it is never seen half deleted: it is first renamed to a leftover's name. Does nothing if it does not exist.
     */
    public static void deleteDirectory(Path directory) {
        Path absolute = directory.toAbsolutePath();
        if (!Files.exists(absolute)) {
            return;
        }
        Path aside = aside(absolute);
        deleteTree(aside);
        try {
            move(absolute, aside);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        deleteTree(aside);
    }

    public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static Path aside(Path absolute) {
        return absolute.resolveSibling(PREFIX + absolute.getFileName());
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void forceDirectory(Path directory) throws IOException {
        if (directory == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (FileSystemException e) {
            // Windows cannot open a directory; its renames are journalled.
            if (!System.getProperty("os.name").startsWith("Windows")) {
                throw e;
            }
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The original failure matters more; removeLeftovers clears the rest.
        }
    }

    private static void deleteTree(Path root) {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(root)) {
            List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What to tell the user when {@code target} could not be written. */
    public static UserException failure(Path target, IOException e) {
        String place = shown(target);
        String message = String.valueOf(e.getMessage());
        if (message.contains("No space left on device")) {
            return new UserException(
                    place
                            + ": the disk is full; nothing was replaced. Free some space or choose a folder on another disk.",
                    e);
        }
        if (message.contains("Disk quota exceeded")) {
            return new UserException(
                    place + ": your disk quota is used up; nothing was replaced. Free some space or choose a folder on"
                            + " another disk.",
                    e);
        }
        if (message.contains("File too large")) {
            return new UserException(
                    place
                            + ": the file is larger than this system allows; nothing was replaced. Raise the limit (ulimit -f),"
                            + " or choose a folder on a file system for large files.",
                    e);
        }
        if (e instanceof DirectoryNotEmptyException) {
            return new UserException(place + ": the folder exists and is not empty.", e);
        }
        if (e instanceof AccessDeniedException denied) {
            return new UserException(
                    place + ": cannot be written: no permission for " + shown(Path.of(denied.getFile()))
                            + ". Change its permissions or choose another folder.",
                    e);
        }
        if (e instanceof FileAlreadyExistsException exists) {
            return new UserException(
                    place + ": cannot be written: " + shown(Path.of(exists.getFile())) + " is a file, not a folder.",
                    e);
        }
        if (e instanceof NoSuchFileException) {
            return new UserException(
                    place
                            + ": cannot be written: its folder does not exist and cannot be created. Choose another folder.",
                    e);
        }
        String reason = e instanceof FileSystemException failed && failed.getReason() != null
                ? failed.getReason() + " (" + shown(Path.of(failed.getFile())) + ")"
                : message;
        return new UserException(place + ": cannot be written: " + reason + ".", e);
    }

    /** The path under its final name, without the marks of an incomplete file. */
    private static String shown(Path path) {
        Path shown = path.getRoot();
        for (Path name : path) {
            String text = name.toString();
            Path whole = Path.of(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text);
            shown = shown == null ? whole : shown.resolve(whole);
        }
        return String.valueOf(shown);
    }
}
