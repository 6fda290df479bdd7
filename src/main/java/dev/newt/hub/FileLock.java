package dev.newt.hub;

import dev.newt.io.AtomicFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Lets one thread of one process at a time write a file of a cache. It is the operating system's lock, so it ends with the process. */
final class FileLock implements AutoCloseable {
    private static final long MILLIS_BETWEEN = 100;

    private final FileChannel channel;

    private FileLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Waits until the lock is free; {@code waiting} is run once if it is not free at once. */
    static FileLock acquire(Path file, Runnable waiting) {
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                boolean told = false;
                while (!isLocked(channel)) {
                    if (!told) {
                        waiting.run();
                        told = true;
                    }
                    Thread.sleep(MILLIS_BETWEEN);
                }
                return new FileLock(channel);
            } catch (InterruptedException e) {
                channel.close();
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while another process downloads " + file, e);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw AtomicFiles.failure(file, e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // Another thread of this process.
        }
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
