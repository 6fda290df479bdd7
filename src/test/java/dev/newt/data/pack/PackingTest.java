package dev.newt.data.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold of every packing, on random lengths of several kinds. */
class PackingTest {
    private static final int MOST_PER_BIN = 200;

    /** Lengths of data sets: of conversations (log-normal), of documents cut at the limit, of one size, of two, of any. */
    private record Kind(String name, int capacity, IntUnaryOperator draw) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        Random random = new Random(20);
        return Stream.of(
                new Kind("uniform", 2048, most -> 1 + random.nextInt(most)),
                new Kind("up to half", 2048, most -> 1 + random.nextInt(most / 2)),
                new Kind("log-normal", 2048, most -> logNormal(random, 5.0, 0.9, most)),
                new Kind("long log-normal", 4096, most -> logNormal(random, 6.5, 1.0, most)),
                new Kind(
                        "exponential",
                        1024,
                        most -> Math.min(most, 1 + (int) (-150 * Math.log(1 - random.nextDouble())))),
                new Kind("many cut at the limit", 1024, most -> Math.min(most, 1 + random.nextInt(2 * most))),
                new Kind(
                        "short and long",
                        2048,
                        most -> random.nextInt(4) == 0
                                ? most / 2 + random.nextInt(most / 2)
                                : 10 + random.nextInt(200)));
    }

    private static int logNormal(Random random, double mean, double deviation, int most) {
        return Math.max(1, Math.min(most, (int) Math.exp(mean + deviation * random.nextGaussian())));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyExampleStandsInOneBinWithinItsCapacity(Kind kind) {
        for (int count : new int[] {1, 2, 17, 1000, 20_000}) {
            int[] lengths = lengths(kind, count);
            int[] order = Permutation.of(count, count, 0, 0);

            check(
                    lengths,
                    kind.capacity(),
                    bins(Packing.bestFitDecreasing(lengths, order, kind.capacity(), MOST_PER_BIN)));
            List<int[]> inOrder = bins(Packing.inOrder(lengths, order, kind.capacity(), MOST_PER_BIN));
            check(lengths, kind.capacity(), inOrder);
            assertThat(inOrder.stream().flatMapToInt(Arrays::stream).toArray()).isEqualTo(order);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void takesAtMostTwoPercentMoreBinsThanAnyPackingMust(Kind kind) {
        int[] lengths = lengths(kind, 20_000);
        int bins = Packing.bestFitDecreasing(
                        lengths, Permutation.identity(lengths.length), kind.capacity(), MOST_PER_BIN)
                .size();

        assertThat((double) leastBins(lengths, kind.capacity()) / bins).isGreaterThanOrEqualTo(0.98);
    }

    /** Where few examples stand in a bin, the packing is compared with the best one, found by trying all. */
    @Test
    void isNearTheOptimumOnSmallCases() {
        Random random = new Random(4);
        long optimum = 0;
        long found = 0;
        for (int i = 0; i < 300; i++) {
            int[] lengths = random.ints(9, 1, 21).toArray();
            optimum += fewest(lengths, 20);
            found += Packing.bestFitDecreasing(lengths, Permutation.identity(9), 20, MOST_PER_BIN)
                    .size();
        }
        assertThat((double) optimum / found).isGreaterThanOrEqualTo(0.98);
    }

    @Test
    void theSameLengthsGiveTheSameBinsInAnyOrder() {
        int[] lengths = lengths(kinds().toList().get(2), 5000);
        List<int[]> first = bins(Packing.bestFitDecreasing(lengths, Permutation.identity(5000), 2048, MOST_PER_BIN));
        List<int[]> second =
                bins(Packing.bestFitDecreasing(lengths, Permutation.of(5000, 9, 3, 0), 2048, MOST_PER_BIN));

        assertThat(second.stream().map(bin -> sizes(bin, lengths)).toList())
                .isEqualTo(first.stream().map(bin -> sizes(bin, lengths)).toList());
    }

    static List<int[]> bins(Bins bins) {
        return IntStream.range(0, bins.size()).mapToObj(bins::bin).toList();
    }

    private static List<Integer> sizes(int[] bin, int[] lengths) {
        return Arrays.stream(bin).map(i -> lengths[i]).boxed().toList();
    }

    private static int[] lengths(Kind kind, int count) {
        return IntStream.range(0, count)
                .map(i -> kind.draw().applyAsInt(kind.capacity()))
                .toArray();
    }

    private static void check(int[] lengths, int capacity, List<int[]> bins) {
        assertThat(bins.stream().flatMapToInt(Arrays::stream).sorted().toArray())
                .isEqualTo(IntStream.range(0, lengths.length).toArray());
        for (int[] bin : bins) {
            assertThat(Arrays.stream(bin).map(i -> lengths[i]).sum()).isLessThanOrEqualTo(capacity);
            assertThat(bin.length).isBetween(1, MOST_PER_BIN);
        }
    }

    /** Tokens over capacity, or the examples of more than half a bin, of which no two stand together. */
    private static long leastBins(int[] lengths, int capacity) {
        long tokens = Arrays.stream(lengths).asLongStream().sum();
        long large =
                Arrays.stream(lengths).filter(length -> 2 * length > capacity).count();
        return Math.max((tokens + capacity - 1) / capacity, large);
    }

    private static int fewest(int[] lengths, int capacity) {
        int[] best = {lengths.length};
        place(lengths, 0, new int[lengths.length], 0, capacity, best);
        return best[0];
    }

    private static void place(int[] lengths, int index, int[] used, int bins, int capacity, int[] best) {
        if (bins >= best[0]) {
            return;
        }
        if (index == lengths.length) {
            best[0] = bins;
            return;
        }
        for (int bin = 0; bin <= bins; bin++) {
            if (used[bin] + lengths[index] <= capacity) {
                used[bin] += lengths[index];
                place(lengths, index + 1, used, Math.max(bins, bin + 1), capacity, best);
                used[bin] -= lengths[index];
            }
        }
    }
}
