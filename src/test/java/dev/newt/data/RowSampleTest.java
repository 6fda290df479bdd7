package dev.newt.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowSampleTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 100", "37, 100", "99, 100", "100, 100", "101, 100", "250, 100", "7, 1", "5, 0"})
    void takesAsManyAsAreWantedAndNoneTwiceBeforeAllWereTaken(int wanted, int rows) {
        for (int seed = 0; seed < 50; seed++) {
            int[] times = times(wanted, rows, seed);

            assertThat(IntStream.of(times).sum()).isEqualTo(rows == 0 ? 0 : wanted);
            assertThat(IntStream.of(times)).allMatch(count -> wanted <= rows ? count <= 1 : count >= 1);
        }
    }

    @Test
    void theSeedDecides() {
        assertThat(times(20, 100, 1)).isEqualTo(times(20, 100, 1)).isNotEqualTo(times(20, 100, 2));
        assertThat(times(150, 100, 1)).isEqualTo(times(150, 100, 1)).isNotEqualTo(times(150, 100, 2));
    }

    @ParameterizedTest
    @CsvSource({"3, 10, 0.3", "25, 10, 2.5"})
    void everyRowIsTakenAsOften(int wanted, int rows, double share) {
        int seeds = 20_000;
        int[] sums = new int[rows];
        for (int seed = 0; seed < seeds; seed++) {
            int[] times = times(wanted, rows, seed);
            for (int row = 0; row < rows; row++) {
                sums[row] += times[row];
            }
        }
        // Five standard deviations of a binomial count of that many draws.
        double deviation = 5 * Math.sqrt(wanted * 0.1 * 0.9 / seeds);
        for (int sum : sums) {
            assertThat((double) sum / seeds).isCloseTo(share, Offset.offset(deviation));
        }
    }

    private static int[] times(int wanted, int rows, long seed) {
        RowSample sample = new RowSample(wanted, rows, seed);
        return IntStream.range(0, rows).map(row -> sample.times()).toArray();
    }
}
