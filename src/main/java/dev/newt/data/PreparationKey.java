package dev.newt.data;

import dev.newt.data.source.DataFile;
import dev.newt.data.token.Tokenizer;
import dev.newt.io.UserException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.util.List;

/** Names prepared data by all that they depend on. */
final class PreparationKey {
    /** To be raised with every change of code that gives other tokens, masks or files. */
    private static final int VERSION = 1;

    private static final int SAMPLE_BYTES = 1 << 16;

    private PreparationKey() {}

    static String of(DataSettings settings, List<List<DataFile>> files, Tokenizer tokenizer) {
        Sha256 hash = new Sha256()
                .add("newt prepared data " + VERSION)
                .add(tokenizer.contentHash())
                .add(tokenizer.chatTemplate().orElse(""))
                .add(settings.datasets().toString())
                .add(settings.testDatasets().toString())
                .add(List.of(
                                settings.valSetSize(),
                                settings.trainOnInputs(),
                                settings.sequenceLen(),
                                settings.minSampleLen(),
                                settings.excessLengthStrategy(),
                                settings.seed())
                        .toString());
        for (List<DataFile> ofDataset : files) {
            hash.add(String.valueOf(ofDataset.size()));
            for (DataFile file : ofDataset) {
                add(hash, file);
            }
        }
        return hash.hex().substring(0, 32);
    }

    /** Path, size, time and both ends of a file: to read it all would take as long as some preparations. */
    private static void add(Sha256 hash, DataFile file) {
        try (RandomAccessFile content = new RandomAccessFile(file.path().toFile(), "r")) {
            long size = content.length();
            byte[] head = new byte[(int) Math.min(SAMPLE_BYTES, size)];
            content.readFully(head);
            content.seek(size - head.length);
            byte[] tail = new byte[head.length];
            content.readFully(tail);
            hash.add(file.toString())
                    .add(size + " " + Files.getLastModifiedTime(file.path()))
                    .add(head)
                    .add(tail);
        } catch (IOException e) {
            throw new UserException(file.path() + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
