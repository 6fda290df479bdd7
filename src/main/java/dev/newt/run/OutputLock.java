package dev.newt.run;

import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a second run out of an output directory: two would rotate away each other's checkpoints. The lock is the operating system's on a
 * file of the directory, so it ends with the process however that ends. The file stays, since deleting it would let two runs hold locks
 * on two files of its name.
 */
final class OutputLock implements AutoCloseable {
    static final String FILE_NAME = ".lock";

    /** Behind the file's text, which some systems would not let others read under a lock. */
    private static final long LOCKED_POSITION = Long.MAX_VALUE - 1;

    private static final int MOST_DIGITS = 20;

    private final FileChannel channel;

    private OutputLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Creates the directory where there is none, and locks it.
     *
     * @throws UserException where another run holds it, or nothing can be written there
     */
    static OutputLock acquire(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (!isLocked(channel)) {
                    throw new UserException(directory + " is in use by another run (process " + read(channel)
                            + "). Let that run end, or choose another folder.");
                }
                channel.truncate(0);
                AtomicFiles.writeFully(
                        channel,
                        ByteBuffer.wrap(
                                Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
                return new OutputLock(channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw AtomicFiles.failure(directory, e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(LOCKED_POSITION, 1, false);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MOST_DIGITS);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The lock goes with the process at the latest.
        }
    }
}
