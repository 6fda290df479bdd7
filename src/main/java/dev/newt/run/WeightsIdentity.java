package dev.newt.run;

import dev.newt.io.Sha256;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Tells base weights apart without reading all of them: names and sizes of their files, and the first and last 64 KiB of each. */
final class WeightsIdentity {
    private static final int PART = 64 << 10;
    private static final int DIGITS = 16;

    private WeightsIdentity() {}

    /** Hexadecimal digits; the same for the same files wherever they lie. */
    static String of(Path folder) {
        Sha256 hash = new Sha256();
        try (Stream<Path> children = Files.list(folder)) {
            List<Path> files =
                    children.filter(WeightsIdentity::isWeights).sorted().toList();
            for (Path file : files) {
                hash.add(file.getFileName().toString()).add(Long.toString(Files.size(file)));
                addEnds(hash, file);
            }
        } catch (IOException e) {
            throw new UserException(folder + ": its weights cannot be read: " + e.getMessage(), e);
        }
        return hash.hex().substring(0, DIGITS);
    }

    private static boolean isWeights(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".safetensors") || name.endsWith(".safetensors.index.json");
    }

    private static void addEnds(Sha256 hash, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            hash.add(read(channel, 0, (int) Math.min(PART, size)));
            long last = Math.max(0, size - PART);
            hash.add(read(channel, last, (int) (size - last)));
        }
    }

    private static byte[] read(FileChannel channel, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
            // Until all of the part is there.
        }
        return bytes.array();
    }
}
