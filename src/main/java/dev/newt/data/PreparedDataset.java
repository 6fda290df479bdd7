package dev.newt.data;

import dev.newt.data.dataset.Example;
import java.util.List;
import java.util.stream.IntStream;

/** Tokenised rows in a file, read where needed. Safe for use by many threads. */
public final class PreparedDataset {
    private final TokenFile file;
    private final int[] rows;
    private final Origins origins;

    /**
     * @param rows of the file that belong to the set, in order
     * @param origins of all rows of the file
     */
    PreparedDataset(TokenFile file, int[] rows, Origins origins) {
        this.file = file;
        this.rows = rows;
        this.origins = origins;
    }

    public int size() {
        return rows.length;
    }

    public Example example(int index) {
        return file.example(rows[index]);
    }

    /** File and number of the row that an example came of. */
    public String place(int index) {
        return origins.place(rows[index]);
    }

    /** Tokens of each example. */
    public int[] lengths() {
        int[] lengths = new int[rows.length];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = file.length(rows[i]);
        }
        return lengths;
    }

    /** The examples of a micro batch, one behind the other. */
    public MicroBatch microBatch(int[] indices) {
        List<Example> examples = IntStream.of(indices).mapToObj(this::example).toList();
        return MicroBatch.of(examples);
    }
}
