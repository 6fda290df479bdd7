package dev.newt.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.config.ConfigFile;
import dev.newt.data.Preparation;
import dev.newt.data.PreparedData;
import dev.newt.data.PreparedDataset;
import dev.newt.data.Progress;
import dev.newt.io.UserException;
import dev.newt.plan.RunSettings;
import dev.newt.plan.SettingsReader;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of the data, and the rows that come of them. */
class DataWiringTest {
    private static final Path MODEL = Path.of("examples/models/newt-tiny").toAbsolutePath();

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.write(folder.resolve("a.jsonl"), rows("a", 30));
        Files.write(folder.resolve("b.jsonl"), rows("b", 10));
    }

    private static Stream<String> stream(String name, int count) {
        return IntStream.range(0, count).mapToObj(i -> "{\"instruction\":\"say\",\"output\":\"" + name + i + "\"}");
    }

    private static List<String> rows(String name, int count) {
        return stream(name, count).toList();
    }

    @Test
    void dataSetsStandOneBehindTheOther() throws IOException {
        assertThat(answers("")).startsWith("a0", "a1").endsWith("b8", "b9").hasSize(40);
    }

    @Test
    void interleavesInTurnUntilTheSmallerIsUsedUp() throws IOException {
        assertThat(answers("mix_strategy: interleave_under"))
                .startsWith("a0", "b0", "a1", "b1")
                .endsWith("a9", "b9")
                .hasSize(20);
    }

    @Test
    void interleavesByProbabilityUntilAllAreUsedUp() throws IOException {
        List<String> answers = answers("mix_strategy: interleave_over", "interleave_probs: [0.5, 0.5]");

        assertThat(answers).containsAll(answers(""));
        assertThat(answers.stream().filter("b0"::equals).count()).isGreaterThan(1);
    }

    @Test
    void keepsTheFirstOfEqualRows() throws IOException {
        Files.write(
                folder.resolve("b.jsonl"),
                Stream.concat(stream("b", 4), stream("a", 30)).toList());

        assertThat(answers("")).hasSize(64);
        assertThat(answers("dataset_exact_deduplication: true")).hasSize(34).endsWith("b3");
    }

    @Test
    void takesAPartOfEachDataSetOrOfOne() throws IOException {
        List<String> first = answers("dataset_shard_num: 5");
        List<String> second = answers("dataset_shard_num: 5", "dataset_shard_idx: 1");

        assertThat(first).hasSize(8).doesNotContainAnyElementsOf(second);
        assertThat(first.stream().filter(answer -> answer.startsWith("b"))).hasSize(2);
        assertThat(answers("", "    shards: 10", "    shards_idx: 3")).hasSize(31);
    }

    @Test
    void anEntryOfDatasetInfoMayAskForSomeOfItsRowsOrForMoreThanThereAre() throws IOException {
        List<String> few = sampled("'num_samples': 7");
        List<String> many = sampled("'num_samples': 25");

        assertThat(few).hasSize(7).doesNotHaveDuplicates().isEqualTo(sampled("'num_samples': 7"));
        assertThat(sampled("'num_samples': 7", "seed: 1")).hasSize(7).isNotEqualTo(few);
        assertThat(many).hasSize(25).containsAll(sampled("'split': 'train'"));
        assertThat(sampled("'num_samples': 3, 'split': 'train[:3]'")).containsExactly("b0", "b1", "b2");
        assertThat(sampled("'num_samples': 4, 'split': 'train[8:]'")).hasSize(4).contains("b8", "b9");
    }

    @Test
    void aShardIsAPartOfTheSample() throws IOException {
        List<String> whole = sampled("'num_samples': 24");
        List<String> parts = new ArrayList<>(sampled("'num_samples': 24", "dataset_shard_num: 2"));
        parts.addAll(sampled("'num_samples': 24", "dataset_shard_num: 2", "dataset_shard_idx: 1"));

        assertThat(parts).containsExactlyInAnyOrderElementsOf(whole);
        assertThat(sampled("'num_samples': 24", "dataset_shard_num: 2")).hasSize(12);
    }

    @Test
    void whatTheConfigurationSaysStandsAboveTheEntry() throws IOException {
        assertThat(sampled("'split': 'train[:3]'", "    split: train[2:5]")).containsExactly("b2", "b3", "b4");
    }

    @Test
    void syntheticRowsAreRandomTokensOfTheirSeed() throws IOException {
        String keys =
                "  - path: synthetic\n    type: _synthetic\n    length: 40\n    sequence_length: 30\n    min_input_id: 7\n";
        PreparedDataset rows = prepared(keys + "    max_input_id: 20\n").train();

        assertThat(rows.size()).isEqualTo(40);
        assertThat(rows.lengths()).containsOnly(30);
        assertThat(IntStream.range(0, 40).mapToObj(rows::example)).allSatisfy(example -> {
            assertThat(example.trained()).doesNotContain(false);
            assertThat(IntStream.of(example.tokenIds())).allMatch(id -> id >= 7 && id < 20);
        });
        assertThat(ids(rows).distinct().count()).isEqualTo(13);
        assertThat(ids(prepared(keys + "    max_input_id: 20\n    seed: 42\n", "seed: 1")
                        .train()))
                .containsExactlyElementsOf(ids(rows).boxed().toList());
        assertThat(ids(prepared(keys + "    max_input_id: 20\n    seed: 43\n").train())
                        .boxed()
                        .toList())
                .isNotEqualTo(ids(rows).boxed().toList());
        // Without a limit, the vocabulary's: 1,664 tokens, of which some were added to it.
        assertThat(ids(prepared(keys).train()).max().getAsInt()).isBetween(1500, 1663);
        assertThat(prepared("  - path: synthetic\n    type: _synthetic\n")
                        .train()
                        .size())
                .isEqualTo(1000);
    }

    @Test
    void keysOfSyntheticRowsAndOfFilesExcludeEachOther() {
        assertThatThrownBy(() -> prepared("  - path: synthetic\n    type: _synthetic\n    split: train[:5]\n"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("split chooses among files, which type _synthetic does not read");
        assertThatThrownBy(() -> prepared("  - path: a.jsonl\n    type: alpaca\n    length: 5\n"))
                .hasMessageContaining("length is for type: _synthetic alone");
        assertThatThrownBy(() -> prepared(
                        "  - path: synthetic\n    type: _synthetic\n    min_input_id: 50\n    max_input_id: 50\n"))
                .hasMessageContaining("draws from the ids 50 to 49, which is none");
    }

    private static IntStream ids(PreparedDataset rows) {
        return IntStream.range(0, rows.size())
                .flatMap(i -> IntStream.of(rows.example(i).tokenIds()));
    }

    @Test
    void shufflesEachDataSetBeforeTheyAreJoined() throws IOException {
        List<String> answers = answers("shuffle_before_merging_datasets: true");

        assertThat(answers).isNotEqualTo(answers("")).containsExactlyInAnyOrderElementsOf(answers(""));
        assertThat(answers.subList(0, 30)).allMatch(answer -> answer.startsWith("a"));
    }

    @Test
    void preparedRowsServeEveryMixture() throws IOException {
        prepare("");

        assertThat(prepare("mix_strategy: interleave_under").reused()).isTrue();
    }

    @Test
    void refusesPartsAndProbabilitiesThatDoNotFit() {
        assertThatThrownBy(() -> answers("interleave_probs: [1, 1]"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("interleave_probs needs mix_strategy");
        assertThatThrownBy(() -> answers("mix_strategy: interleave_over", "interleave_probs: [1, 0]"))
                .hasMessageContaining("a number above 0 for each entry of datasets, here 2");
        assertThatThrownBy(() -> answers("dataset_shard_idx: 1")).hasMessageContaining("needs dataset_shard_num");
        assertThatThrownBy(() -> answers("", "    shards: 2", "    shards_idx: 2"))
                .hasMessageContaining("shards_idx is one of the parts 0 to 1");
    }

    /** Answers of b.jsonl, which an entry of dataset_info.json describes. */
    private List<String> sampled(String entry, String... keys) throws IOException {
        Files.writeString(
                folder.resolve("dataset_info.json"),
                ("{'b': {'file_name': 'b.jsonl', " + entry + "}}").replace('\'', '"'));
        return answers(prepared("  - path: dataset_info.json#b\n", keys));
    }

    /** @param keys the top level's; those that are indented belong to the second data set */
    private PreparedData prepare(String... keys) throws IOException {
        return prepared("  - path: a.jsonl\n    type: alpaca\n  - path: b.jsonl\n    type: alpaca\n", keys);
    }

    private PreparedData prepared(String datasets, String... keys) throws IOException {
        String yaml = "base_model: " + MODEL + "\nlearning_rate: 1e-4\ndatasets:\n" + datasets
                + String.join(
                        "\n", Stream.of(keys).filter(key -> key.startsWith(" ")).toList()) + "\n"
                + String.join(
                        "\n",
                        Stream.of(keys).filter(key -> !key.startsWith(" ")).toList()) + "\n"
                + "dataset_prepared_path: " + folder.resolve("prepared") + "\n";
        Path file = Files.writeString(folder.resolve("c.yaml"), yaml);
        RunSettings settings = SettingsReader.read(ConfigFile.load(file, List.of()));
        try (Tokenizer tokenizer = InferenceRun.tokenizer(settings)) {
            return Preparation.prepare(settings.data(), tokenizer, Progress.NONE);
        }
    }

    private List<String> answers(String... keys) throws IOException {
        return answers(prepare(keys));
    }

    private List<String> answers(PreparedData data) {
        PreparedDataset rows = data.train();
        try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
            return IntStream.range(0, rows.size())
                    .mapToObj(rows::example)
                    .map(example -> tokenizer.decode(
                            IntStream.range(0, example.length() - 1)
                                    .filter(i -> example.trained()[i])
                                    .map(i -> example.tokenIds()[i])
                                    .toArray(),
                            true))
                    .map(String::strip)
                    .toList();
        }
    }
}
