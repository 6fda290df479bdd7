package dev.newt.data;

import dev.newt.data.dataset.Example;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Tokenised rows in a file, read where needed, as groups: single examples, or pairs, which are never parted. Safe for use by many threads.
 */
public final class PreparedDataset {
    private final TokenFile file;
    private final int[] rows;
    private final Origins origins;

    /**
     * @param rows groups of the file that belong to the set, in order
     * @param origins of all groups of the file
     */
    PreparedDataset(TokenFile file, int[] rows, Origins origins) {
        this.file = file;
        this.rows = rows;
        this.origins = origins;
    }

    /** Groups. */
    public int size() {
        return rows.length;
    }

    /** Examples of a group: 1, or 2 of a pair, the chosen answer first. */
    public int groupSize() {
        return file.groupSize();
    }

    public List<Example> group(int index) {
        return file.group(rows[index]);
    }

    /** The first example of a group; of a pair the chosen one. */
    public Example example(int index) {
        return group(index).get(0);
    }

    /** File and number of the row that a group came of. */
    public String place(int index) {
        return origins.place(rows[index]);
    }

    /** Tokens of each group. */
    public int[] lengths() {
        int[] lengths = new int[rows.length];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = file.length(rows[i]);
        }
        return lengths;
    }

    /** The groups of a micro batch, one behind the other. */
    public MicroBatch microBatch(int[] indices) {
        List<Example> examples = IntStream.of(indices)
                .boxed()
                .flatMap(index -> group(index).stream())
                .toList();
        return MicroBatch.of(examples);
    }
}
