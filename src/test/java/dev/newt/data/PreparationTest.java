package dev.newt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.Shard;
import dev.newt.io.UserException;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparationTest {
    private static final Path MODEL = Path.of("examples/models/newt-tiny");

    private static Tokenizer tokenizer;

    @TempDir
    Path directory;

    private Path data;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.open(MODEL);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @BeforeEach
    void write() throws IOException {
        data = directory.resolve("data.jsonl");
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            rows.append("{\"instruction\":\"Say " + i + "\",\"output\":\"" + i + " tables\"}\n");
        }
        Files.writeString(data, rows);
    }

    @Test
    void keepsTheOrderOfTheRowsOverManyThreads() {
        PreparedData prepared = prepare(settings());

        assertThat(prepared.train().size()).isEqualTo(500);
        for (int i = 0; i < 500; i++) {
            assertThat(answer(prepared.train().example(i))).isEqualTo(i + " tables<|end|>");
        }
        assertThat(prepared.statistics().rows()).isEqualTo(500);
        assertThat(prepared.statistics().tokens())
                .isEqualTo(Arrays.stream(prepared.train().lengths()).sum());
        // No two rows fit together.
        assertThat(prepared.packingEfficiency()).hasValue(prepared.statistics().tokens() / (500.0 * 128));
        assertThat(prepared.validation()).isEmpty();
    }

    @Test
    void preparesTheExampleConversations() throws IOException {
        DataSettings base = settings("chat_template", 512, ExcessLengthStrategy.RAISE, 0, 42);
        DataSettings settings = new DataSettings(
                List.of(DatasetSettings.of("orders-train.jsonl", "chat_template")),
                List.of(DatasetSettings.of("orders-test.jsonl", "chat_template")),
                0,
                false,
                512,
                2,
                ExcessLengthStrategy.RAISE,
                true,
                42,
                2,
                base.datasetPreparedPath(),
                Path.of("examples/data")::resolve);

        PreparedData prepared = prepare(settings);

        assertThat(prepared.train().size()).isEqualTo(5000);
        PreparedDataset test = prepared.validation().orElseThrow();
        List<String> rows = Files.readAllLines(Path.of("examples/data/orders-test.jsonl"));
        assertThat(test.size()).isEqualTo(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            var messages = tools.jackson.databind.json.JsonMapper.shared()
                    .readTree(rows.get(i))
                    .get("messages");
            String expected = messages.get(1).get("content").asString();
            assertThat(answer(test.example(i))).isEqualTo(expected + "<|end|>");
            Samples.PromptAndAnswer sample =
                    Samples.promptAndAnswer(test.example(i), tokenizer).orElseThrow();
            assertThat(sample.answer()).isEqualTo(expected);
            assertThat(tokenizer.decode(sample.promptIds(), false))
                    .isEqualTo(
                            "<|begin|><|user|>" + messages.get(0).get("content").asString() + "<|end|><|assistant|>");
        }
        // The rows are of nearly one length, about a seventh of a bin, so little is there to fill gaps with.
        assertThat(prepared.packingEfficiency().orElseThrow()).isGreaterThan(0.95);
    }

    @Test
    void ofEqualRowsTheFirstIsKeptAndNoneIsEvaluatedThatIsTrainedOn() throws IOException {
        String rows = Files.readString(data);
        String other = "{\"instruction\":\"Other\",\"output\":\"one\"}\n";
        Files.writeString(directory.resolve("twice.jsonl"), other + rows + other);
        Files.writeString(directory.resolve("test.jsonl"), rows + other.replace("one", "two"));
        DataSettings base = settings();
        DataSettings all = new DataSettings(
                List.of(DatasetSettings.of("data.jsonl", "alpaca"), DatasetSettings.of("twice.jsonl", "alpaca")),
                List.of(DatasetSettings.of("test.jsonl", "alpaca")),
                0,
                false,
                128,
                2,
                ExcessLengthStrategy.DROP,
                true,
                42,
                2,
                base.datasetPreparedPath(),
                base.paths());

        PreparedData kept = prepare(all);
        PreparedData once = prepare(all.mixed(Mixing.none(), true));

        assertThat(kept.train().size()).isEqualTo(1002);
        assertThat(once.train().size()).isEqualTo(501);
        assertThat(once.statistics().duplicates()).isEqualTo(501);
        assertThat(once.validation().orElseThrow().size()).isEqualTo(1);
        assertThat(answers(once.validation().orElseThrow())).containsExactly("two<|end|>");
        assertThat(once.testStatistics().orElseThrow().duplicates()).isEqualTo(500);
    }

    @Test
    void shardsAreDisjointPartsOfEqualSize() {
        Set<String> all = new HashSet<>();
        for (int index = 0; index < 3; index++) {
            DatasetSettings part = DatasetSettings.of("data.jsonl", "alpaca").withShard(new Shard(3, index));
            DataSettings base = settings();
            PreparedDataset rows = prepare(new DataSettings(
                            List.of(part),
                            List.of(),
                            0,
                            false,
                            128,
                            2,
                            ExcessLengthStrategy.DROP,
                            true,
                            42,
                            2,
                            base.datasetPreparedPath(),
                            base.paths()))
                    .train();

            assertThat(rows.size()).isBetween(166, 167);
            all.addAll(answers(rows));
        }
        assertThat(all).hasSize(500);
    }

    @Test
    void theRowsSetAsideDoNotDependOnTheOrderOfTheFiles() throws IOException {
        List<String> lines = Files.readAllLines(data);
        Files.write(directory.resolve("a.jsonl"), lines.subList(0, 200));
        Files.write(directory.resolve("b.jsonl"), lines.subList(200, 500));
        List<Set<String>> aside = new ArrayList<>();
        for (List<String> order : List.of(List.of("a.jsonl", "b.jsonl"), List.of("b.jsonl", "a.jsonl"))) {
            DataSettings base = settings();
            DataSettings settings = new DataSettings(
                    order.stream()
                            .map(file -> DatasetSettings.of(file, "alpaca"))
                            .toList(),
                    List.of(),
                    0.1,
                    false,
                    128,
                    2,
                    ExcessLengthStrategy.DROP,
                    true,
                    42,
                    2,
                    base.datasetPreparedPath(),
                    base.paths());
            aside.add(answers(prepare(settings).validation().orElseThrow()));
        }

        assertThat(aside.get(0)).hasSize(50).isEqualTo(aside.get(1));
    }

    @Test
    void fingerprintsAreHeldApartAsTheirNumberGrows() {
        Fingerprints set = new Fingerprints();
        java.util.SplittableRandom random = new java.util.SplittableRandom(4);
        Set<List<Long>> expected = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            // Few different words, so that many pairs share one half.
            long high = random.nextLong(200);
            long low = 1 + random.nextLong(200);
            assertThat(set.add(high, low)).isEqualTo(expected.add(List.of(high, low)));
        }
        assertThat(set.size()).isEqualTo(expected.size());
    }

    @Test
    void aSecondStartDoesNotReadTheRowsAgain() {
        PreparedData first = prepare(settings());
        List<String> heard = new ArrayList<>();

        PreparedData second = Preparation.prepare(settings(), tokenizer, (path, rows) -> heard.add(path));

        assertThat(first.reused()).isFalse();
        assertThat(second.reused()).isTrue();
        assertThat(heard).isEmpty();
        assertThat(second.statistics()).isEqualTo(first.statistics());
        assertThat(second.train().example(77).tokenIds())
                .isEqualTo(first.train().example(77).tokenIds());
        assertThat(second.train().example(77).trained())
                .isEqualTo(first.train().example(77).trained());
    }

    @Test
    void dataAreKnownByTheirContentNotByTheirPlace() throws IOException {
        Path first = prepare(settings()).directory();
        Files.setLastModifiedTime(data, FileTime.fromMillis(1_000_000));
        assertThat(prepare(settings()).directory()).isEqualTo(first);
        byte[] bytes = Files.readAllBytes(data);
        int middle = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("tables", bytes.length / 2);
        bytes[middle] = 'c';
        Files.write(data, bytes);
        assertThat(prepare(settings()).directory()).isNotEqualTo(first);
    }

    @Test
    void everythingThatChangesTheTokensMakesThemAnew() throws IOException {
        Set<Path> entries = new HashSet<>();
        entries.add(prepare(settings()).directory());
        entries.add(prepare(settings(120, ExcessLengthStrategy.DROP, 0, 42)).directory());
        entries.add(prepare(settings(128, ExcessLengthStrategy.TRUNCATE, 0, 42)).directory());
        entries.add(prepare(settings(128, ExcessLengthStrategy.DROP, 0.1, 42)).directory());
        entries.add(prepare(settings(128, ExcessLengthStrategy.DROP, 0.1, 43)).directory());
        try (Tokenizer other = Tokenizer.open(Path.of("src/test/resources/golden/llama/model"))) {
            entries.add(Preparation.prepare(settings(), other, Progress.NONE).directory());
        }
        Files.writeString(data, Files.readString(data).replace("tables", "chairs"));
        entries.add(prepare(settings()).directory());

        assertThat(entries).hasSize(7);
    }

    @Test
    void damagedDataAreMadeAnew() throws IOException {
        PreparedData first = prepare(settings());
        int[] expected = first.train().example(3).tokenIds();
        Path tokens = first.directory().resolve("train.tokens");
        byte[] bytes = Files.readAllBytes(tokens);
        bytes[40] ^= 1;
        Files.write(tokens, bytes);

        PreparedData second = prepare(settings());
        assertThat(second.reused()).isFalse();
        assertThat(second.train().example(3).tokenIds()).isEqualTo(expected);

        Files.writeString(second.directory().resolve("manifest.json"), "{");
        assertThat(prepare(settings()).reused()).isFalse();
        assertThat(prepare(settings()).reused()).isTrue();
    }

    @Test
    void manyWhoWantTheSameDataMakeThemOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<PreparedData>> results = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                results.add(threads.submit(() -> prepare(settings())));
            }
            int made = 0;
            for (Future<PreparedData> result : results) {
                made += result.get().reused() ? 0 : 1;
                assertThat(result.get().train().size()).isEqualTo(500);
            }
            assertThat(made).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aFailedPreparationLeavesNothingBehind() throws IOException {
        Files.writeString(data, "{\"instruction\":\"x\"}\n");

        assertThatThrownBy(() -> prepare(settings()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.jsonl, row 1: has no field \"output\"");
        try (var files = Files.list(directory.resolve("prepared"))) {
            assertThat(files.filter(Files::isDirectory)).isEmpty();
        }
    }

    @Test
    void rowsSetAsideAreThoseOfTheirContent() throws IOException {
        PreparedData prepared = prepare(settings(128, ExcessLengthStrategy.DROP, 0.1, 42));
        List<String> lines = new ArrayList<>(Files.readAllLines(data));
        java.util.Collections.reverse(lines);
        Files.write(data, lines);
        PreparedData reversed = prepare(settings(128, ExcessLengthStrategy.DROP, 0.1, 42));
        PreparedData counted = prepare(settings(128, ExcessLengthStrategy.DROP, 7, 42));

        Set<String> validation = answers(prepared.validation().orElseThrow());
        Set<String> train = answers(prepared.train());
        assertThat(validation)
                .hasSize(50)
                .isEqualTo(answers(reversed.validation().orElseThrow()));
        assertThat(train).hasSize(450).doesNotContainAnyElementsOf(validation);
        assertThat(counted.validation().orElseThrow().size()).isEqualTo(7);
    }

    @Test
    void testDatasetsAreTheValidationSet() throws IOException {
        Path test = directory.resolve("test.jsonl");
        Files.writeString(test, "{\"instruction\":\"x\",\"output\":\"held out\"}\n");
        DataSettings base = settings();
        DataSettings settings = new DataSettings(
                base.datasets(),
                List.of(DatasetSettings.of(test.toString(), "alpaca")),
                0,
                false,
                128,
                2,
                ExcessLengthStrategy.DROP,
                true,
                42,
                2,
                base.datasetPreparedPath(),
                base.paths());

        PreparedData prepared = prepare(settings);

        assertThat(answers(prepared.validation().orElseThrow())).containsExactly("held out<|end|>");
        assertThat(prepared.testStatistics().orElseThrow().rows()).isEqualTo(1);
        assertThat(prepared.train().size()).isEqualTo(500);
    }

    @Test
    void longRowsAreDroppedCutOrRefused() throws IOException {
        Files.writeString(
                data,
                "{\"segments\":[{\"label\":true,\"text\":\"" + "table ".repeat(100) + "\"}]}\n"
                        + "{\"segments\":[{\"label\":true,\"text\":\"short one\"}]}\n"
                        + "{\"segments\":[{\"label\":true,\"text\":\"<|end|>\"}]}\n"
                        + "{\"segments\":[{\"label\":false,\"text\":\"not trained\"}]}\n");

        PreparedData dropped = prepare(segments(ExcessLengthStrategy.DROP));
        assertThat(dropped.train().size()).isEqualTo(1);
        assertThat(dropped.statistics().tooLong()).isEqualTo(1);
        assertThat(dropped.statistics().tooShort()).isEqualTo(1);
        assertThat(dropped.statistics().untrained()).isEqualTo(1);
        assertThat(dropped.statistics().longestSeen()).isGreaterThan(100);

        PreparedData cut = prepare(segments(ExcessLengthStrategy.TRUNCATE));
        assertThat(cut.train().lengths()[0]).isEqualTo(16);
        assertThat(cut.statistics().truncated()).isEqualTo(1);

        assertThatThrownBy(() -> prepare(segments(ExcessLengthStrategy.RAISE)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.jsonl, row 1: has ")
                .hasMessageContaining("sequence_len is 16");
    }

    @Test
    void refusesDataOfWhichNothingIsLeft() throws IOException {
        Files.writeString(data, "{\"segments\":[{\"label\":true,\"text\":\"" + "table ".repeat(100) + "\"}]}\n");
        assertThatThrownBy(() -> prepare(segments(ExcessLengthStrategy.DROP)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("1 longer than sequence_len 16")
                .hasMessageContaining("excess_length_strategy: truncate");

        Files.writeString(data, "{\"segments\":[{\"label\":false,\"text\":\"not trained\"}]}\n");
        assertThatThrownBy(() -> prepare(segments(ExcessLengthStrategy.DROP)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("1 without a trained token, the first in ")
                .hasMessageContaining("data.jsonl, row 1 (for chat_template");

        Files.writeString(data, "");
        assertThatThrownBy(() -> prepare(segments(ExcessLengthStrategy.DROP)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("has no rows");

        Files.delete(data);
        assertThatThrownBy(() -> prepare(settings()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.jsonl: does not exist");
    }

    @Test
    void refusesToSetAllRowsAside() {
        assertThatThrownBy(() -> prepare(settings(128, ExcessLengthStrategy.DROP, 500, 42)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("val_set_size");
    }

    @Test
    void anAnswerIsAskedForByWhatStandsBeforeIt() {
        Example example = prepare(settings()).train().example(5);

        Samples.PromptAndAnswer sample =
                Samples.promptAndAnswer(example, tokenizer).orElseThrow();

        assertThat(sample.answer()).isEqualTo("5 tables");
        assertThat(tokenizer.decode(sample.promptIds(), false)).endsWith("### Instruction:\nSay 5\n\n### Response:\n");
    }

    @Test
    void aSampleBridgesFixedTokensBeforeTheEndToken() {
        int[] answer = tokenizer.encode("tables");
        int[] ids = new int[answer.length + 4];
        boolean[] trained = new boolean[ids.length];
        ids[0] = 1;
        for (int i = 0; i < answer.length; i++) {
            ids[i + 1] = answer[i];
            trained[i + 1] = true;
        }
        ids[ids.length - 1] = 2;
        trained[ids.length - 1] = true;

        assertThat(Samples.promptAndAnswer(new Example(ids, trained), tokenizer)
                        .orElseThrow()
                        .promptIds())
                .containsExactly(1);
        assertThat(Samples.promptAndAnswer(new Example(new int[] {5, 6}, new boolean[] {true, true}), tokenizer))
                .isEmpty();
    }

    private DataSettings settings() {
        return settings(128, ExcessLengthStrategy.DROP, 0, 42);
    }

    private DataSettings settings(int sequenceLen, ExcessLengthStrategy excess, double valSetSize, long seed) {
        return settings("alpaca", sequenceLen, excess, valSetSize, seed);
    }

    private DataSettings segments(ExcessLengthStrategy excess) {
        return settings("input_output", 16, excess, 0, 42);
    }

    private DataSettings settings(
            String type, int sequenceLen, ExcessLengthStrategy excess, double valSetSize, long seed) {
        return new DataSettings(
                List.of(DatasetSettings.of("data.jsonl", type)),
                List.of(),
                valSetSize,
                false,
                sequenceLen,
                2,
                excess,
                true,
                seed,
                2,
                directory.resolve("prepared"),
                directory::resolve);
    }

    private static PreparedData prepare(DataSettings settings) {
        return Preparation.prepare(settings, tokenizer, Progress.NONE);
    }

    private static Set<String> answers(PreparedDataset dataset) {
        Set<String> answers = new HashSet<>();
        for (int i = 0; i < dataset.size(); i++) {
            answers.add(answer(dataset.example(i)));
        }
        return answers;
    }

    private static String answer(Example example) {
        int[] ids = java.util.stream.IntStream.range(0, example.length())
                .filter(i -> example.trained()[i])
                .map(i -> example.tokenIds()[i])
                .toArray();
        return tokenizer.decode(ids, false);
    }
}
