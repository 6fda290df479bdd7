package dev.newt.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.data.DataPosition;
import dev.newt.data.DataSettings;
import dev.newt.data.DataStream;
import dev.newt.data.MicroBatch;
import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.pack.BatchSettings;
import dev.newt.token.Tokenizer;
import dev.newt.train.StepData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class StreamedBatchesTest {
    private static final int ROWS = 90;
    private static final int SEQUENCE_LEN = 64;

    private static Tokenizer tokenizer;

    @TempDir
    Path directory;

    private DataSettings data;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.open(Path.of("examples/models/newt-tiny"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @BeforeEach
    void write() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            rows.append("{\"text\":\"" + i + " " + "ab ".repeat(random.nextInt(1, 20)) + "\"}\n");
        }
        Path file = Files.writeString(directory.resolve("rows.jsonl"), rows);
        data = DataSettings.of(
                List.of(DatasetSettings.of(file.toString(), "completion")),
                SEQUENCE_LEN,
                directory.resolve("prepared"));
    }

    /** From every step's position, opened anew or gone back to, the same steps follow. */
    @ParameterizedTest
    @CsvSource({"true, 7, 2, 3", "false, 7, 2, 3", "true, 1000, 1, 1", "false, 1, 3, 1", "true, 30, 4, 2"})
    void goesOnFromAnyStepAsIfItHadNeverStopped(boolean packing, int windowRows, int microBatch, int accumulation) {
        BatchSettings settings = settings(packing, true, microBatch, accumulation);
        List<StepData> whole;
        try (StreamedBatches batches = batches(settings, windowRows)) {
            whole = steps(batches, 0, 25, DataPosition.START);
        }

        for (int first : new int[] {1, 2, 5, 11, 24}) {
            DataPosition position = whole.get(first - 1).end();
            try (StreamedBatches batches = batches(settings, windowRows)) {
                assertThat(steps(batches, first, 25, position))
                        .usingRecursiveComparison()
                        .isEqualTo(whole.subList(first, 25));
                assertThat(batches.step(first, position))
                        .usingRecursiveComparison()
                        .isEqualTo(whole.get(first));
            }
        }
    }

    /** Every row once before any comes again, in an order of its own each time. */
    @ParameterizedTest
    @CsvSource({"true, 20", "false, 20", "true, 1000", "false, 7"})
    void usesEveryRowOnceAPass(boolean packing, int windowRows) {
        BatchSettings settings = settings(packing, true, 1, 1);
        List<String> texts = new ArrayList<>();
        try (StreamedBatches batches = batches(settings, windowRows)) {
            DataPosition position = DataPosition.START;
            while (position.rows() < 2 * ROWS) {
                StepData step = batches.step(0, position);
                position = step.end();
                texts.addAll(texts(step.microBatches().get(0)));
            }
            assertThat(batches.statistics().orElseThrow().rows()).isEqualTo(2 * ROWS);
        }

        assertThat(texts).hasSize(2 * ROWS);
        List<String> first = texts.subList(0, ROWS);
        List<String> second = texts.subList(ROWS, 2 * ROWS);
        assertThat(first).doesNotHaveDuplicates().isNotEqualTo(second).containsExactlyInAnyOrderElementsOf(second);
    }

    @Test
    void keepsTheOrderOfTheRowsWhereTheyAreNotToBeMixed() {
        try (StreamedBatches batches = batches(settings(false, false, 5, 2), 32)) {
            List<String> texts = new ArrayList<>();
            steps(batches, 0, 9, DataPosition.START)
                    .forEach(step -> step.microBatches().forEach(batch -> texts.addAll(texts(batch))));

            assertThat(texts).hasSize(ROWS);
            for (int i = 0; i < ROWS; i++) {
                assertThat(texts.get(i)).startsWith(i + " ab");
            }
        }
    }

    @Test
    void aMicroBatchNeverHasMoreTokensThanItsRowsMay() {
        Map<Boolean, Integer> steps = new HashMap<>();
        for (boolean packing : new boolean[] {true, false}) {
            try (StreamedBatches batches = batches(settings(packing, true, 3, 1), 1000)) {
                DataPosition position = DataPosition.START;
                while (position.rows() < ROWS) {
                    StepData step = batches.step(0, position);
                    position = step.end();
                    steps.merge(packing, 1, Integer::sum);
                    assertThat(step.microBatches().get(0).tokens()).isLessThanOrEqualTo(3 * SEQUENCE_LEN);
                }
            }
        }
        assertThat(steps.get(true)).isLessThan(steps.get(false));
    }

    private static List<String> texts(MicroBatch batch) {
        return IntStream.range(0, batch.segmentOffsets().length - 1)
                .mapToObj(i -> tokenizer.decode(
                        Arrays.copyOfRange(batch.tokenIds(), batch.segmentOffsets()[i], batch.segmentOffsets()[i + 1]),
                        true))
                .toList();
    }

    private static List<StepData> steps(StreamedBatches batches, int first, int end, DataPosition from) {
        List<StepData> steps = new ArrayList<>();
        DataPosition position = from;
        for (int step = first; step < end; step++) {
            StepData data = batches.step(step, position);
            steps.add(data);
            position = data.end();
        }
        return steps;
    }

    private static BatchSettings settings(boolean packing, boolean shuffle, int microBatch, int accumulation) {
        return new BatchSettings(microBatch, accumulation, SEQUENCE_LEN, packing, 200, false, shuffle, 42);
    }

    private StreamedBatches batches(BatchSettings settings, int windowRows) {
        return new StreamedBatches(
                position -> DataStream.open(data, "datasets", tokenizer, windowRows, position), settings, 100);
    }
}
