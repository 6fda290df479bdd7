package dev.newt.report.tensorboard;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A TFRecord file that grows: each record is its length (8 bytes, little-endian), the masked CRC32C of the length, the bytes, their masked
 * CRC32C. See tensorflow.org/tutorials/load_data/tfrecord.
 */
final class RecordFile implements AutoCloseable {
    private static final int MASK_DELTA = 0xa282ead8;

    private final OutputStream out;

    /** Creates the file, which must not exist. */
    RecordFile(Path file) throws IOException {
        out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Appends a record in one write, so that a reader rarely sees half of it. */
    void append(byte[] content) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(content.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(content.length);
        record.putInt(maskedCrc(record.array(), 0, Long.BYTES));
        record.put(content);
        record.putInt(maskedCrc(content, 0, content.length));
        out.write(record.array());
    }

    /** A checksum of bytes that hold checksums is masked, since CRCs of CRCs are weak. */
    private static int maskedCrc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        int value = (int) crc.getValue();
        return Integer.rotateRight(value, 15) + MASK_DELTA;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
