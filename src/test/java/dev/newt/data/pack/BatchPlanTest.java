package dev.newt.data.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchPlanTest {
    private static final int CAPACITY = 512;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyExampleStandsInOneBinThatHoldsIt(int seed) {
        Random random = new Random(seed);
        int[] lengths = lengths(random, 1 + random.nextInt(3000), 1, CAPACITY);
        BatchSettings settings = packed(1 + random.nextInt(4), 1 + random.nextInt(3), true, seed);
        BatchPlan plan = new BatchPlan(lengths, settings);

        for (int epoch = 0; epoch < 2; epoch++) {
            List<int[]> microBatches = epoch(plan, epoch);
            assertThat(microBatches).hasSize(plan.microBatchesPerEpoch());
            assertThat(all(microBatches))
                    .containsExactly(IntStream.range(0, lengths.length).toArray());
            for (int[] batch : microBatches) {
                assertThat(Arrays.stream(batch).map(i -> lengths[i]).sum())
                        .isLessThanOrEqualTo(settings.microBatchSize() * CAPACITY);
            }
        }
    }

    @Test
    void oneBinNeverHoldsMoreThanItsCapacity() {
        int[] lengths = lengths(new Random(3), 2000, 1, CAPACITY);

        for (int[] bin : epoch(new BatchPlan(lengths, packed(1, 1, true, 3)), 0)) {
            assertThat(Arrays.stream(bin).map(i -> lengths[i]).sum()).isLessThanOrEqualTo(CAPACITY);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 200, 300, 512})
    void packsWithinTwoPercentOfTheLowerBound(int longest) {
        int[] lengths = lengths(new Random(longest), 5000, 10, longest);
        BatchPlan plan = new BatchPlan(lengths, packed(1, 1, true, 1));

        long tokens = Arrays.stream(lengths).sum();
        long bound = (tokens + CAPACITY - 1) / CAPACITY;
        assertThat((double) bound / plan.microBatchesPerEpoch()).isGreaterThanOrEqualTo(0.98);
        assertThat(plan.packingEfficiency().orElseThrow())
                .isEqualTo(tokens / ((double) plan.microBatchesPerEpoch() * CAPACITY));
    }

    @Test
    void putsEachExampleIntoTheFullestBinThatHasRoom() {
        // 7 and 6 open bins with 3 and 4 left; 4 goes to the 6, 3 to the 7, 2 opens a third.
        int[] lengths = {2, 3, 4, 6, 7};
        List<int[]> bins = PackingTest.bins(Packing.bestFitDecreasing(lengths, Permutation.identity(5), 10, 200));

        assertThat(bins).containsExactly(new int[] {4, 1}, new int[] {3, 2}, new int[] {0});
    }

    @Test
    void aBinHoldsNoMoreExamplesThanAllowed() {
        int[] lengths = new int[10];
        Arrays.fill(lengths, 1);
        BatchSettings settings = new BatchSettings(1, 1, CAPACITY, true, 4, false, false, 0);

        assertThat(epoch(new BatchPlan(lengths, settings), 0))
                .extracting(bin -> bin.length)
                .containsExactly(4, 4, 2);
    }

    @Test
    void sequentialPackingKeepsTheOrder() {
        int[] lengths = {300, 200, 100, 500, 12};
        BatchSettings settings = new BatchSettings(1, 1, CAPACITY, true, 200, true, false, 0);

        assertThat(epoch(new BatchPlan(lengths, settings), 0))
                .containsExactly(new int[] {0, 1}, new int[] {2}, new int[] {3, 4});
    }

    @Test
    void packsAMillionExamplesQuickly() {
        int[] lengths = lengths(new Random(9), 1_000_000, 10, CAPACITY);
        long start = System.nanoTime();

        BatchPlan plan = new BatchPlan(lengths, packed(1, 1, true, 1));

        assertThat(plan.packingEfficiency().orElseThrow()).isGreaterThan(0.98);
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(15);
    }

    @Test
    void anEpochDependsOnSeedAndNumberOnly() {
        int[] lengths = lengths(new Random(5), 500, 10, CAPACITY);
        BatchPlan first = new BatchPlan(lengths, packed(2, 3, true, 42));
        BatchPlan second = new BatchPlan(lengths, packed(2, 3, true, 42));
        BatchPlan other = new BatchPlan(lengths, packed(2, 3, true, 43));
        epoch(second, 0);

        int[][] step = second.microBatches(3, 5).toArray(int[][]::new);
        assertThat(step).isDeepEqualTo(first.microBatches(3, 5).toArray(int[][]::new));
        assertThat(Arrays.deepEquals(step, other.microBatches(3, 5).toArray(int[][]::new)))
                .isFalse();
        assertThat(epoch(first, 0).get(0)).isNotEqualTo(epoch(first, 1).get(0));
        assertThat(epoch(first, 7)).hasSameSizeAs(epoch(first, 0));
    }

    @Test
    void keepsTheLastPartialBatchAndStep() {
        int[] lengths = new int[11];
        Arrays.fill(lengths, 5);
        BatchPlan plan = new BatchPlan(lengths, new BatchSettings(2, 4, 10, false, 200, false, false, 0));

        assertThat(plan.microBatchesPerEpoch()).isEqualTo(6);
        assertThat(plan.stepsPerEpoch()).isEqualTo(2);
        assertThat(plan.microBatches(0, 0))
                .containsExactly(new int[] {0, 1}, new int[] {2, 3}, new int[] {4, 5}, new int[] {6, 7});
        assertThat(plan.microBatches(0, 1)).containsExactly(new int[] {8, 9}, new int[] {10});
        assertThat(plan.packingEfficiency()).isEmpty();
    }

    @Test
    void ordersAreSpreadEvenly() {
        int[] firsts = new int[10];
        for (int epoch = 0; epoch < 10_000; epoch++) {
            firsts[Permutation.of(10, 42, epoch, 0)[0]]++;
        }

        assertThat(Arrays.stream(firsts).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(880, 1120));
    }

    @Test
    void refusesWhatCannotBePlanned() {
        assertThatThrownBy(() -> new BatchPlan(new int[] {600}, packed(1, 1, true, 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BatchPlan(new int[0], packed(1, 1, true, 1)))
                .isInstanceOf(IllegalArgumentException.class);
        BatchPlan plan = new BatchPlan(new int[] {5}, packed(1, 1, true, 1));
        assertThatThrownBy(() -> plan.microBatches(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static BatchSettings packed(int microBatchSize, int accumulation, boolean shuffle, long seed) {
        return new BatchSettings(microBatchSize, accumulation, CAPACITY, true, 200, false, shuffle, seed);
    }

    private static int[] lengths(Random random, int count, int shortest, int longest) {
        return random.ints(count, shortest, longest + 1).toArray();
    }

    private static List<int[]> epoch(BatchPlan plan, int epoch) {
        List<int[]> microBatches = new ArrayList<>();
        for (int step = 0; step < plan.stepsPerEpoch(); step++) {
            microBatches.addAll(plan.microBatches(epoch, step));
        }
        return microBatches;
    }

    private static int[] all(List<int[]> microBatches) {
        return microBatches.stream().flatMapToInt(Arrays::stream).sorted().toArray();
    }
}
