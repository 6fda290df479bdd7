package dev.newt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.PreferenceFormat;
import dev.newt.data.dataset.PreferenceKind;
import dev.newt.data.dataset.RowFinding;
import dev.newt.data.pack.BatchPlan;
import dev.newt.data.pack.BatchSettings;
import dev.newt.io.UserException;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pairs of answers on their way from files to micro batches: whatever is done with them, they stay together. */
class PairPreparationTest {
    private static final int ROWS = 60;

    private static Tokenizer tokenizer;

    @TempDir
    Path directory;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.open(Path.of("examples/models/newt-tiny"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    /** Row i: token i as the prompt and in both answers, of 2 + i % 7 and 2 + i % 5 tokens; the rejected one has token 1000 before its end. */
    private DatasetSettings rows(String name, int first) throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = first; i < first + ROWS; i++) {
            rows.append("{\"prompt_ids\":[" + i + "],\"chosen_ids\":[" + (i + ",").repeat(1 + i % 7) + i
                    + "],\"rejected_ids\":[" + (i + ",").repeat(1 + i % 5) + "1000]}\n");
        }
        Files.writeString(directory.resolve(name), rows);
        return ofPairs(name, Optional.empty(), PreferenceFormat.defaults());
    }

    private static DatasetSettings ofPairs(String name, Optional<String> type, PreferenceFormat format) {
        DatasetSettings any = DatasetSettings.of(name, "");
        return new DatasetSettings(
                any.request(),
                type,
                Optional.of(format),
                any.field(),
                any.chat(),
                any.info(),
                any.shard(),
                any.synthetic());
    }

    private DataSettings settings(
            List<DatasetSettings> sets, double valSetSize, int sequenceLen, ExcessLengthStrategy excess) {
        return new DataSettings(
                        sets,
                        List.of(),
                        valSetSize,
                        false,
                        sequenceLen,
                        2,
                        excess,
                        true,
                        42,
                        2,
                        directory.resolve("prepared"),
                        directory::resolve)
                .judged(PreferenceKind.PAIR);
    }

    private static PreparedData prepare(DataSettings settings) {
        return Preparation.prepare(settings, tokenizer, Progress.NONE);
    }

    /** The number of the row that both examples of a pair are of; fails where they are not one pair, chosen first. */
    private static int rowOf(List<Example> pair) {
        assertThat(pair).hasSize(2);
        int[] chosen = pair.get(0).tokenIds();
        int[] rejected = pair.get(1).tokenIds();
        assertThat(rejected[0]).isEqualTo(chosen[0]);
        assertThat(chosen[chosen.length - 1]).isEqualTo(chosen[0]);
        assertThat(rejected[rejected.length - 1]).isEqualTo(1000);
        assertThat(pair).allSatisfy(example -> {
            assertThat(example.trained()[0]).isFalse();
            assertThat(example.trainedTokens()).isEqualTo(example.length() - 1);
        });
        return chosen[0];
    }

    private static List<Integer> rows(PreparedDataset set) {
        return IntStream.range(0, set.size()).mapToObj(i -> rowOf(set.group(i))).toList();
    }

    @Test
    void aRowIsAPairInTheOrderOfTheRows() throws IOException {
        PreparedData data = prepare(settings(List.of(rows("a.jsonl", 0)), 0, 16, ExcessLengthStrategy.DROP));

        assertThat(rows(data.train()))
                .isEqualTo(IntStream.range(0, ROWS).boxed().toList());
        assertThat(data.train().groupSize()).isEqualTo(2);
        assertThat(data.statistics().examples()).isEqualTo(ROWS);
        assertThat(data.statistics().rows()).isEqualTo(ROWS);
        assertThat(data.train().lengths()[8]).isEqualTo(1 + 3 + 1 + 5);
        assertThat(data.train().place(8)).endsWith("a.jsonl, row 9");
    }

    @Test
    void aPairOfWhichOneAnswerIsTooLongIsLeftOutAndCountedOnce() throws IOException {
        PreparedData data = prepare(settings(List.of(rows("a.jsonl", 0)), 0, 7, ExcessLengthStrategy.DROP));

        // Chosen answers have 3 to 9 tokens with their prompt, rejected ones 3 to 7.
        assertThat(rows(data.train()))
                .isEqualTo(
                        IntStream.range(0, ROWS).filter(i -> i % 7 < 5).boxed().toList());
        long left = ROWS - data.train().size();
        assertThat(data.statistics().tooLong()).isEqualTo(left).isPositive();
        assertThat(data.statistics().examples()).isEqualTo(ROWS - left);
        assertThat(data.statistics().longest()).isEqualTo(7);
        assertThat(data.statistics().longestSeen()).isEqualTo(9);
    }

    @Test
    void aPairThatIsCutCountsOnceAndAnAnswerThatIsLostTakesTheOtherAlong() throws IOException {
        PreparedData cut = prepare(settings(List.of(rows("a.jsonl", 0)), 0, 4, ExcessLengthStrategy.TRUNCATE));
        assertThat(cut.train().size()).isEqualTo(ROWS);
        assertThat(cut.train().group(6)).extracting(Example::length).containsExactly(4, 4);
        assertThat(cut.statistics().truncated())
                .isEqualTo(IntStream.range(0, ROWS)
                        .filter(i -> i % 7 > 1 || i % 5 > 1)
                        .count());

        Files.writeString(
                directory.resolve("b.jsonl"),
                "{\"prompt_ids\":[1,2,3,4],\"chosen_ids\":[5],\"rejected_ids\":[6]}\n"
                        + "{\"prompt_ids\":[1],\"chosen_ids\":[5],\"rejected_ids\":[]}\n"
                        + "{\"prompt_ids\":[1],\"chosen_ids\":[5],\"rejected_ids\":[5]}\n");
        DatasetSettings lost = ofPairs("b.jsonl", Optional.empty(), PreferenceFormat.defaults());
        DatasetStatistics statistics = prepare(settings(List.of(lost), 0, 4, ExcessLengthStrategy.TRUNCATE))
                .statistics();
        assertThat(statistics.examples()).isEqualTo(1);
        assertThat(statistics.untrained()).isEqualTo(1);
        assertThat(statistics.tooShort()).isEqualTo(1);
        assertThat(statistics.details().warnings())
                .extracting(DatasetDetails.Warning::finding)
                .contains(RowFinding.CUT_BEFORE_TRAINED, RowFinding.EQUAL_ANSWERS);
    }

    @Test
    void packingAndShufflingNeverPartAPair() throws IOException {
        PreparedDataset train = prepare(settings(List.of(rows("a.jsonl", 0)), 0, 9, ExcessLengthStrategy.DROP))
                .train();
        for (boolean packed : new boolean[] {true, false}) {
            BatchPlan plan =
                    new BatchPlan(train.lengths(), new BatchSettings(3, 2, 2 * 9, packed, 200, false, true, 7));
            for (int epoch = 0; epoch < 2; epoch++) {
                List<Integer> seen = new ArrayList<>();
                for (int step = 0; step < plan.stepsPerEpoch(); step++) {
                    for (int[] indices : plan.microBatches(epoch, step)) {
                        seen.addAll(rowsOf(train.microBatch(indices)));
                        assertThat(train.microBatch(indices).tokens()).isLessThanOrEqualTo(3 * 2 * 9);
                    }
                }
                assertThat(seen)
                        .containsExactlyInAnyOrderElementsOf(rows(train))
                        .isNotEqualTo(rows(train));
            }
        }
    }

    /** The rows of a batch whose examples are chosen, rejected, chosen, ... */
    private static List<Integer> rowsOf(MicroBatch batch) {
        List<Integer> rows = new ArrayList<>();
        for (int i = 0; i < batch.examples(); i += 2) {
            int chosen = batch.segmentOffsets()[i];
            int rejected = batch.segmentOffsets()[i + 1];
            int end = batch.segmentOffsets()[i + 2];
            assertThat(batch.tokenIds()[rejected]).isEqualTo(batch.tokenIds()[chosen]);
            assertThat(batch.tokenIds()[end - 1]).isEqualTo(1000);
            rows.add(batch.tokenIds()[chosen]);
        }
        return rows;
    }

    @Test
    void wholePairsAreSetAsideAndMixed() throws IOException {
        List<DatasetSettings> both = List.of(rows("a.jsonl", 0), rows("b.jsonl", 100));
        PreparedData data = prepare(settings(both, 0.25, 16, ExcessLengthStrategy.DROP)
                .mixed(new Mixing(Mixing.Strategy.INTERLEAVE_OVER, List.of(), false), false));

        List<Integer> aside = rows(data.validation().orElseThrow());
        Set<Integer> trained = new HashSet<>(rows(data.train()));
        assertThat(aside).hasSize(2 * ROWS / 4).doesNotContainAnyElementsOf(trained);
        assertThat(trained).hasSize(2 * ROWS - aside.size());
        assertThat(rows(data.train()).get(0)).isLessThan(100);
        assertThat(rows(data.train()).get(1)).isGreaterThanOrEqualTo(100);

        int[] lengths = PreparedSummary.read(
                        data.directory(), 2, true, new Mixing(Mixing.Strategy.INTERLEAVE_OVER, List.of(), false), 42)
                .orElseThrow()
                .lengths();
        assertThat(lengths).isEqualTo(data.train().lengths());
    }

    @Test
    void streamedPairsAreThePreparedOnes() throws IOException {
        DataSettings settings = settings(List.of(rows("a.jsonl", 0)), 0, 7, ExcessLengthStrategy.DROP);
        List<Integer> streamed = new ArrayList<>();
        try (DataStream stream = DataStream.open(settings, "datasets", tokenizer, 20, DataPosition.START)) {
            for (int window = 0; window < 3; window++) {
                stream.next().groups().forEach(pair -> streamed.add(rowOf(pair)));
            }
        }
        assertThat(streamed).isEqualTo(rows(prepare(settings).train()));
    }

    @Test
    void textsEndWithTheEndTokenAndFieldsMayHaveOtherNames() throws IOException {
        Files.writeString(
                directory.resolve("t.jsonl"), "{\"question\":\"Say\",\"good\":\" a table\",\"bad\":\" nine\"}\n");
        PreferenceFormat format = new PreferenceFormat(
                "system",
                "question",
                "good",
                "bad",
                "completion",
                "label",
                Optional.of("{prompt}:"),
                Optional.empty(),
                Optional.of("{rejected}!"),
                Optional.empty());
        List<Example> pair = prepare(settings(
                        List.of(ofPairs("t.jsonl", Optional.empty(), format)), 0, 64, ExcessLengthStrategy.DROP))
                .train()
                .group(0);
        assertThat(tokenizer.decode(pair.get(0).tokenIds(), false)).isEqualTo("Say: a table<|end|>");
        assertThat(tokenizer.decode(pair.get(1).tokenIds(), false)).isEqualTo("Say: nine!<|end|>");
    }

    @Test
    void aTypeOfSupervisedTrainingIsRefused() {
        DatasetSettings alpaca = ofPairs("a.jsonl", Optional.of("alpaca"), PreferenceFormat.defaults());
        assertThatThrownBy(() -> {
                    rows("a.jsonl", 0);
                    prepare(settings(List.of(alpaca), 0, 16, ExcessLengthStrategy.DROP));
                })
                .isInstanceOf(UserException.class)
                .hasMessageContaining("type \"alpaca\" is not supported for this kind of preference data");
    }
}
