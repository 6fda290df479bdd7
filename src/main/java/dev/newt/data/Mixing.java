package dev.newt.data;

import dev.newt.data.pack.Permutation;
import dev.newt.io.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The order in which the rows of several data sets stand behind one another, a function of their numbers and the seed alone. Keys and
 * meaning are LLaMA-Factory's, which are those of {@code interleave_datasets} in Hugging Face's datasets.
 *
 * @param strategy how the data sets are joined
 * @param probabilities of each data set, where they are interleaved; empty for one row of each in turn
 * @param shuffleEach whether each data set is shuffled before
 */
public record Mixing(Strategy strategy, List<Double> probabilities, boolean shuffleEach) {
    /** How data sets are joined. */
    public enum Strategy {
        /** One behind the other. */
        CONCAT,
        /** In turn or by chance, until one has no rows left; what the others have left is not used. */
        INTERLEAVE_UNDER,
        /** In turn or by chance, until all rows were used; the rows of a data set that has none left come again. */
        INTERLEAVE_OVER
    }

    /** Keeps these orders apart from those of the epochs. */
    private static final int SHUFFLE_STREAM = 17;

    /** A rare data set among common ones is not repeated for ever. */
    private static final int MOST_ROWS = 1 << 30;

    public Mixing {
        probabilities = List.copyOf(probabilities);
        if (probabilities.stream().anyMatch(p -> !(p > 0) || p.isInfinite())) {
            throw new IllegalArgumentException("probabilities must be above 0");
        }
    }

    /** One data set behind the other, as they are. */
    public static Mixing none() {
        return new Mixing(Strategy.CONCAT, List.of(), false);
    }

    /**
     * Orders rows.
     *
     * @param rows that are used, ascending
     * @param counts of all rows of each data set: the first has the rows 0 to counts[0] - 1, the second those that follow
     */
    int[] order(int[] rows, int[] counts, long seed) {
        if (strategy == Strategy.CONCAT && !shuffleEach) {
            return rows;
        }
        List<int[]> parts = new ArrayList<>();
        int from = 0;
        int begin = 0;
        for (int i = 0; i < counts.length; i++) {
            int end = begin + counts[i];
            int to = from;
            while (to < rows.length && rows[to] < end) {
                to++;
            }
            int[] part = Arrays.copyOfRange(rows, from, to);
            parts.add(shuffleEach ? shuffled(part, seed, i) : part);
            from = to;
            begin = end;
        }
        if (strategy == Strategy.CONCAT) {
            return parts.stream().flatMapToInt(Arrays::stream).toArray();
        }
        for (int i = 0; i < counts.length; i++) {
            if (parts.get(i).length == 0) {
                throw new UserException("mix_strategy: nothing is left to train on of entry " + (i + 1)
                        + " of datasets, so it cannot be interleaved. Leave it out.");
            }
        }
        return interleaved(parts, seed);
    }

    private static int[] shuffled(int[] part, long seed, int index) {
        int[] order = Permutation.of(part.length, seed, index, SHUFFLE_STREAM);
        return IntStream.of(order).map(i -> part[i]).toArray();
    }

    private int[] interleaved(List<int[]> parts, long seed) {
        Turns turns = turns(parts.size(), seed);
        int[] next = new int[parts.size()];
        int[] order = new int[1024];
        int size = 0;
        while (!turns.over()) {
            int part = turns.next();
            if (size == MOST_ROWS) {
                throw new UserException("interleave_probs: a pass over the data would have more than " + MOST_ROWS
                        + " rows. Choose mix_strategy: interleave_under, or less different probabilities.");
            }
            order = size == order.length ? Arrays.copyOf(order, 2 * size) : order;
            order[size++] = parts.get(part)[next[part]++];
            if (next[part] == parts.get(part).length) {
                next[part] = 0;
                turns.ended(part);
            }
        }
        return Arrays.copyOf(order, size);
    }

    /** The data sets' turns in one pass over interleaved data. */
    Turns turns(int dataSets, long seed) {
        return new Turns(this, dataSets, seed);
    }

    /** Whose turn it is, and when a pass is over. */
    static final class Turns {
        private final double[] bounds;
        private final long seed;
        private final boolean[] exhausted;
        private int left;
        private int turn;

        private Turns(Mixing mixing, int dataSets, long seed) {
            this.bounds = mixing.bounds();
            this.seed = seed;
            this.exhausted = new boolean[dataSets];
            this.left = mixing.strategy == Strategy.INTERLEAVE_UNDER ? 1 : dataSets;
        }

        /** In turn, a round is begun only if no data set, or not every one, has come to its end. */
        boolean over() {
            return left <= 0 && (bounds.length > 0 || turn % exhausted.length == 0);
        }

        /** Which data set gives the next row. */
        int next() {
            int at = turn++;
            if (bounds.length == 0) {
                return at % exhausted.length;
            }
            double uniform = Permutation.uniform(seed, at);
            for (int i = 0; i < bounds.length - 1; i++) {
                if (uniform < bounds[i]) {
                    return i;
                }
            }
            return bounds.length - 1;
        }

        /** To be told when a data set has given its last row; its first comes next. */
        void ended(int dataSet) {
            left -= exhausted[dataSet] ? 0 : 1;
            exhausted[dataSet] = true;
        }
    }

    private double[] bounds() {
        double total = probabilities.stream().mapToDouble(Double::doubleValue).sum();
        double[] bounds = new double[probabilities.size()];
        double sum = 0;
        for (int i = 0; i < bounds.length; i++) {
            sum += probabilities.get(i) / total;
            bounds[i] = sum;
        }
        return bounds;
    }
}
