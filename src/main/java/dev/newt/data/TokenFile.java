package dev.newt.data;

import dev.newt.data.dataset.Example;
import dev.newt.io.AtomicFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Examples on disk, memory-mapped: {@code NAME.tokens} holds one little-endian int a token, the bitwise complement of its id where it is
 * trained; {@code NAME.lengths} one int an example. So many examples that follow one another are a group, which is read whole; how many is
 * not in the files.
 */
final class TokenFile {
    /** A mapping holds less than 2 GiB. */
    private static final int INTS_PER_MAP = 1 << 28;

    private static final int STRIDE = 32;

    private final IntBuffer[] maps;
    private final int[] lengths;
    private final int groupSize;
    /** Where every {@link #STRIDE}-th example begins. */
    private final long[] offsets;

    private TokenFile(IntBuffer[] maps, int[] lengths, int groupSize) {
        this.maps = maps;
        this.lengths = lengths;
        this.groupSize = groupSize;
        this.offsets = new long[lengths.length / STRIDE + 1];
        long offset = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = offset;
            for (int j = i * STRIDE; j < Math.min(lengths.length, (i + 1) * STRIDE); j++) {
                offset += lengths[j];
            }
        }
    }

    static TokenFile open(Path directory, String name, int groupSize) throws IOException {
        int[] lengths = readInts(directory.resolve(name + ".lengths"));
        try (FileChannel channel = FileChannel.open(directory.resolve(name + ".tokens"))) {
            long ints = channel.size() / Integer.BYTES;
            IntBuffer[] maps = new IntBuffer[(int) ((ints + INTS_PER_MAP - 1) / INTS_PER_MAP)];
            for (int i = 0; i < maps.length; i++) {
                long start = (long) i * INTS_PER_MAP;
                long count = Math.min(INTS_PER_MAP, ints - start);
                maps[i] = channel.map(FileChannel.MapMode.READ_ONLY, start * Integer.BYTES, count * Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asIntBuffer();
            }
            return new TokenFile(maps, lengths, groupSize);
        }
    }

    /** Examples of a group. */
    int groupSize() {
        return groupSize;
    }

    /** Groups. */
    int size() {
        return lengths.length / groupSize;
    }

    /** Tokens of a group. */
    int length(int group) {
        return groupLength(lengths, group, groupSize);
    }

    /** Tokens of a group, by the lengths of all examples. */
    static int groupLength(int[] lengths, int group, int groupSize) {
        int sum = 0;
        for (int i = group * groupSize; i < (group + 1) * groupSize; i++) {
            sum += lengths[i];
        }
        return sum;
    }

    /** The examples of a group. Safe for many threads. */
    List<Example> group(int group) {
        return IntStream.range(group * groupSize, (group + 1) * groupSize)
                .mapToObj(this::example)
                .toList();
    }

    private Example example(int index) {
        int[] ids = new int[lengths[index]];
        long offset = offsets[index / STRIDE];
        for (int i = index - index % STRIDE; i < index; i++) {
            offset += lengths[i];
        }
        int done = 0;
        while (done < ids.length) {
            long at = offset + done;
            IntBuffer map = maps[(int) (at / INTS_PER_MAP)];
            int start = (int) (at % INTS_PER_MAP);
            int count = Math.min(ids.length - done, map.limit() - start);
            map.get(start, ids, done, count);
            done += count;
        }
        boolean[] trained = new boolean[ids.length];
        for (int i = 0; i < ids.length; i++) {
            trained[i] = ids[i] < 0;
            ids[i] = trained[i] ? ~ids[i] : ids[i];
        }
        return new Example(ids, trained);
    }

    static int[] readInts(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            int[] ints = new int[Math.toIntExact(channel.size() / Integer.BYTES)];
            for (int done = 0; done < ints.length; ) {
                int count = Math.min(INTS_PER_MAP, ints.length - done);
                channel.map(FileChannel.MapMode.READ_ONLY, (long) done * Integer.BYTES, (long) count * Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asIntBuffer()
                        .get(ints, done, count);
                done += count;
            }
            return ints;
        }
    }

    static void writeInts(Path file, int[] ints) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (int done = 0; done < ints.length; ) {
                int count = Math.min(bytes.capacity() / Integer.BYTES, ints.length - done);
                bytes.clear();
                bytes.asIntBuffer().put(ints, done, count);
                bytes.limit(count * Integer.BYTES);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                done += count;
            }
        }
    }

    /** Appends examples; for one thread. */
    static final class Writer implements AutoCloseable {
        private final Path directory;
        private final String name;
        private final OutputStream tokens;
        private int[] lengths = new int[1024];
        private int size;

        Writer(Path directory, String name) throws IOException {
            this.directory = directory;
            this.name = name;
            this.tokens = new BufferedOutputStream(Files.newOutputStream(directory.resolve(name + ".tokens")), 1 << 16);
        }

        void add(Example example) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(example.length() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < example.length(); i++) {
                int id = example.tokenIds()[i];
                bytes.putInt(example.trained()[i] ? ~id : id);
            }
            try {
                tokens.write(bytes.array());
            } catch (IOException e) {
                throw AtomicFiles.failure(directory, e);
            }
            if (size == lengths.length) {
                lengths = Arrays.copyOf(lengths, 2 * size);
            }
            lengths[size++] = example.length();
        }

        /** Examples so far. */
        int size() {
            return size;
        }

        @Override
        public void close() throws IOException {
            tokens.close();
            writeInts(directory.resolve(name + ".lengths"), Arrays.copyOf(lengths, size));
        }
    }
}
