package dev.newt.data;

import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows that the examples of a token file came of: {@code NAME.rows} holds one little-endian long an example, the number of its row in its
 * file; {@code NAME.files} one int a file, the examples that came of it. Nothing is read before it is asked for. What the files are called
 * is not kept: prepared data are found by their content, wherever that lies.
 */
final class Origins {
    private final Path directory;
    private final String name;
    private final List<Path> files;

    /** @param files of all data sets, as they are called now */
    Origins(Path directory, String name, List<Path> files) {
        this.directory = directory;
        this.name = name;
        this.files = List.copyOf(files);
    }

    /** File and row of an example. */
    String place(int example) {
        try (FileChannel rows = FileChannel.open(directory.resolve(name + ".rows"))) {
            ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            rows.position((long) example * Long.BYTES);
            while (number.hasRemaining() && rows.read(number) >= 0) {
                // A read may give a part.
            }
            return Row.place(file(example), number.flip().getLong());
        } catch (IOException e) {
            throw new UserException(directory + ": prepared data cannot be read: " + e.getMessage(), e);
        }
    }

    private Path file(int example) throws IOException {
        int[] counts = TokenFile.readInts(directory.resolve(name + ".files"));
        int file = 0;
        for (int left = example; left >= counts[file]; file++) {
            left -= counts[file];
        }
        return files.get(file);
    }

    /** Appends the origin of one example after the other; for one thread. */
    static final class Writer implements AutoCloseable {
        private final Path directory;
        private final String name;
        private final OutputStream rows;
        private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        private final List<Path> files = new ArrayList<>();
        private final List<Integer> counts = new ArrayList<>();
        private int at;

        Writer(Path directory, String name) throws IOException {
            this.directory = directory;
            this.name = name;
            this.rows = new BufferedOutputStream(Files.newOutputStream(directory.resolve(name + ".rows")), 1 << 16);
        }

        /** Begins a data set, whose rows come in the order of these files. */
        void begin(List<Path> ofDataset) {
            at = files.size();
            files.addAll(ofDataset);
            ofDataset.forEach(file -> counts.add(0));
        }

        void add(Row row) {
            while (!files.get(at).equals(row.file())) {
                at++;
            }
            counts.set(at, counts.get(at) + 1);
            try {
                rows.write(number.putLong(0, row.number()).array());
            } catch (IOException e) {
                throw AtomicFiles.failure(directory, e);
            }
        }

        @Override
        public void close() throws IOException {
            rows.close();
            TokenFile.writeInts(
                    directory.resolve(name + ".files"),
                    counts.stream().mapToInt(Integer::intValue).toArray());
        }
    }
}
