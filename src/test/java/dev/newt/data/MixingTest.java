package dev.newt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MixingTest {
    private static final int[] COUNTS = {3, 4, 2};
    private static final int[] ALL = IntStream.range(0, 9).toArray();

    @Test
    void standsOneDataSetBehindTheOtherByDefault() {
        assertThat(Mixing.none().order(ALL, COUNTS, 1)).containsExactly(ALL);
        assertThat(Mixing.none().order(new int[] {1, 4, 8}, COUNTS, 1)).containsExactly(1, 4, 8);
    }

    /** As interleave_datasets does in its own documentation, with these numbers. */
    @Test
    void takesARowOfEachInTurn() {
        assertThat(new Mixing(Mixing.Strategy.INTERLEAVE_UNDER, List.of(), false).order(ALL, COUNTS, 1))
                .containsExactly(0, 3, 7, 1, 4, 8);
        assertThat(new Mixing(Mixing.Strategy.INTERLEAVE_OVER, List.of(), false).order(ALL, COUNTS, 1))
                .containsExactly(0, 3, 7, 1, 4, 8, 2, 5, 7, 0, 6, 8);
    }

    @Test
    void drawsByProbabilityUntilOneIsUsedUp() {
        int[] counts = {70_000, 30_000};
        int[] order = new Mixing(Mixing.Strategy.INTERLEAVE_UNDER, List.of(3.0, 1.0), false)
                .order(IntStream.range(0, 100_000).toArray(), counts, 42);

        long first = Arrays.stream(order).filter(row -> row < 70_000).count();
        // 70,000 draws of probability 3/4: the standard deviation of their share is 0.0014.
        assertThat((double) first / order.length).isBetween(0.745, 0.755);
        assertThat(first).isEqualTo(70_000);
        assertThat(order[order.length - 1]).isEqualTo(69_999);
        // Each data set in its own order, from its beginning.
        assertThat(Arrays.stream(order).filter(row -> row < 70_000).toArray())
                .isEqualTo(IntStream.range(0, 70_000).toArray());
        int[] second = Arrays.stream(order).filter(row -> row >= 70_000).toArray();
        assertThat(second)
                .isEqualTo(IntStream.range(70_000, 70_000 + second.length).toArray());
    }

    @Test
    void repeatsTheSmallerOnesUntilAllAreUsedUp() {
        int[] counts = {10, 1000};
        int[] order = new Mixing(Mixing.Strategy.INTERLEAVE_OVER, List.of(0.5, 0.5), false)
                .order(IntStream.range(0, 1010).toArray(), counts, 7);

        assertThat(Arrays.stream(order).distinct().count()).isEqualTo(1010);
        long small = Arrays.stream(order).filter(row -> row < 10).count();
        assertThat((double) small / order.length).isBetween(0.45, 0.55);
        assertThat(Arrays.stream(order).filter(row -> row < 10).limit(20))
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void isAFunctionOfTheSeed() {
        Mixing mixing = new Mixing(Mixing.Strategy.INTERLEAVE_OVER, List.of(1.0, 2.0, 1.0), true);

        assertThat(mixing.order(ALL, COUNTS, 5)).containsExactly(mixing.order(ALL, COUNTS, 5));
        assertThat(mixing.order(ALL, COUNTS, 5)).isNotEqualTo(mixing.order(ALL, COUNTS, 6));
    }

    @Test
    void shufflesEachDataSetByItself() {
        int[] counts = {500, 300};
        int[] all = IntStream.range(0, 800).toArray();
        int[] order = new Mixing(Mixing.Strategy.CONCAT, List.of(), true).order(all, counts, 3);

        assertThat(order).isNotEqualTo(all);
        assertThat(Arrays.copyOf(order, 500))
                .containsExactlyInAnyOrder(IntStream.range(0, 500).toArray());
        assertThat(Arrays.copyOfRange(order, 500, 800))
                .containsExactlyInAnyOrder(IntStream.range(500, 800).toArray());
    }

    @Test
    void refusesToInterleaveWhatIsEmpty() {
        Mixing mixing = new Mixing(Mixing.Strategy.INTERLEAVE_UNDER, List.of(), false);

        assertThatThrownBy(() -> mixing.order(new int[] {0, 1, 7}, COUNTS, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("entry 2 of datasets");
        assertThatThrownBy(() -> new Mixing(Mixing.Strategy.INTERLEAVE_UNDER, List.of(1.0, 0.0), false))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
