package dev.newt.hub;

import dev.newt.hub.Http.Answer;
import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Downloads one file. It grows under the name {@code TARGET.incomplete}, from which a later attempt or process continues; it is checked,
 * and only then gets its name. The caller holds the file's lock.
 *
 * @param name for messages
 * @param size in bytes, where it is known in advance
 * @param checksum where it is known in advance
 */
record Download(
        String name,
        URI uri,
        Http.Credentials credentials,
        OptionalLong size,
        Optional<Checksum> checksum,
        Path target) {
    private static final int BUFFER = 1 << 18;

    /**
     * @throws HttpFailure if the server refuses
     * @throws UserException if what it sends is not the file
     */
    void run(Waiting waiting, DownloadListener listener) throws IOException {
        Path incomplete = target.resolveSibling(target.getFileName() + ".incomplete");
        Files.createDirectories(target.getParent());
        Retries retries = new Retries(waiting, listener);
        boolean resumed = retries.call(name, () -> fetch(incomplete, waiting, retries, listener));
        if (resumed && !isWhole(incomplete)) {
            listener.note(name + ": the partial file did not match; downloading it again");
            Files.delete(incomplete);
            retries.call(name, () -> fetch(incomplete, waiting, retries, listener));
        }
        if (!isWhole(incomplete)) {
            long found = Files.size(incomplete);
            Files.delete(incomplete);
            throw new UserException(
                    name + ": the server did not send what it announced: "
                            + (size.isPresent() && size.getAsLong() != found
                                    ? found + " bytes instead of " + size.getAsLong()
                                    : "its checksum is not "
                                            + checksum.orElseThrow().hex())
                            + ". Nothing was kept. Try again; if it happens again, the server or a proxy in between is at fault.");
        }
        try (FileChannel channel = FileChannel.open(incomplete, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        long bytes = Files.size(incomplete);
        Files.move(incomplete, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        listener.finished(name, bytes);
    }

    private boolean isWhole(Path file) throws IOException {
        return (size.isEmpty() || Files.size(file) == size.getAsLong())
                && (checksum.isEmpty() || checksum.get().fits(file));
    }

    /** Reads to the end of the file; returns whether bytes of an earlier attempt are in it. */
    private boolean fetch(Path incomplete, Waiting waiting, Retries retries, DownloadListener listener)
            throws IOException {
        long have = Files.exists(incomplete) ? Files.size(incomplete) : 0;
        if (size.isPresent() && have > size.getAsLong()) {
            Files.delete(incomplete);
            have = 0;
        }
        if (size.isPresent() && have == size.getAsLong() && have > 0) {
            return true;
        }
        Map<String, String> headers = new HashMap<>();
        if (have > 0) {
            headers.put("Range", "bytes=" + have + "-");
        }
        try (Answer answer = Http.open("GET", uri, headers, credentials, Http.Follow.ALL, waiting)) {
            boolean goesOn = have > 0 && answer.status() == 206 && startsAt(answer, have);
            if (have > 0 && answer.status() == 206 && !goesOn) {
                Files.delete(incomplete);
                throw new IOException("the server sent a different part from the one requested");
            }
            copy(answer, incomplete, goesOn ? have : 0, retries, listener);
            return goesOn;
        } catch (HttpFailure e) {
            if (e.status() == 416 && have > 0) {
                Files.delete(incomplete);
                throw new IOException("the server has nothing after byte " + have + "; starting over", e);
            }
            throw e;
        }
    }

    private static boolean startsAt(Answer answer, long offset) {
        return answer.header("Content-Range")
                .filter(range -> range.strip().startsWith("bytes " + offset + "-"))
                .isPresent();
    }

    private void copy(Answer answer, Path incomplete, long start, Retries retries, DownloadListener listener)
            throws IOException {
        OptionalLong end = answer.length().isPresent()
                ? OptionalLong.of(start + answer.length().getAsLong())
                : size;
        long bytes = start;
        try (FileChannel channel = FileChannel.open(incomplete, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.truncate(start).position(start);
            byte[] buffer = new byte[BUFFER];
            for (int length = answer.read(buffer); length >= 0; length = answer.read(buffer)) {
                write(channel, ByteBuffer.wrap(buffer, 0, length));
                bytes += length;
                if (size.isPresent() && bytes > size.getAsLong()) {
                    break; // Longer than it may be; the check afterwards reports it.
                }
                listener.progress(name, bytes, end);
            }
        } finally {
            if (bytes > start) {
                retries.succeeded();
            }
        }
        if (end.isPresent() && bytes < end.getAsLong()) {
            throw new IOException("the connection ended after " + bytes + " of " + end.getAsLong() + " bytes");
        }
    }

    /** A full disk is not a connection failure: trying again would not help. */
    private void write(FileChannel channel, ByteBuffer bytes) {
        try {
            AtomicFiles.writeFully(channel, bytes);
        } catch (IOException e) {
            throw AtomicFiles.failure(target, e);
        }
    }
}
