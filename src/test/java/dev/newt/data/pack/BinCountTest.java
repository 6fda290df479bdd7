package dev.newt.data.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BinCountTest {
    /** Many small cases, in which every way of filling a bin occurs: alone, in runs, up to the limit of examples, with a rest. */
    @ParameterizedTest
    @CsvSource({"8, 40, 200", "16, 60, 3", "16, 60, 1", "5, 500, 2", "30, 200, 4", "100, 300, 200"})
    void isTheNumberOfBinsThatBestFitDecreasingFills(int capacity, int most, int mostPerBin) {
        SplittableRandom random = new SplittableRandom(capacity);
        for (int i = 0; i < 4000; i++) {
            int longest = random.nextInt(1, capacity + 1);
            int[] lengths = random.ints(random.nextInt(1, most), 1, longest + 1).toArray();

            assertThat(BinCount.of(lengths, capacity, mostPerBin))
                    .as("%s", lengths)
                    .isEqualTo(Packing.bestFitDecreasing(
                                    lengths, Permutation.identity(lengths.length), capacity, mostPerBin)
                            .size());
        }
    }

    @Test
    void isTheSameForAMillionExamplesOfASkewedDistribution() {
        SplittableRandom random = new SplittableRandom(9);
        int[] lengths = new int[1_000_000];
        for (int i = 0; i < lengths.length; i++) {
            double normal = random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5;
            lengths[i] = (int) Math.max(2, Math.min(2048, Math.exp(5 + 2 * normal)));
        }

        for (int mostPerBin : new int[] {200, 7}) {
            assertThat(BinCount.of(lengths, 2048, mostPerBin))
                    .isEqualTo(
                            Packing.bestFitDecreasing(lengths, Permutation.identity(lengths.length), 2048, mostPerBin)
                                    .size());
        }
    }
}
