package dev.newt.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.config.ConfigFile;
import dev.newt.data.Preparation;
import dev.newt.data.PreparedData;
import dev.newt.data.PreparedDataset;
import dev.newt.data.Progress;
import dev.newt.plan.RunSettings;
import dev.newt.plan.SettingsReader;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every row's answer says where the row stands; a prepared example must say the same. */
class OriginsTest {
    private static final Path MODEL = Path.of("examples/models/newt-tiny").toAbsolutePath();
    private static final String TWO = "  - path: first\n    type: alpaca\n  - path: second.jsonl\n    type: alpaca\n";

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.createDirectories(folder.resolve("first"));
        Files.write(folder.resolve("first/a.jsonl"), rows("first/a.jsonl", 30));
        Files.write(folder.resolve("first/empty.jsonl"), List.of());
        Files.write(folder.resolve("first/long.jsonl"), List.of(row("x ".repeat(400)), row("x ".repeat(500))));
        Files.write(folder.resolve("first/z.jsonl"), rows("first/z.jsonl", 12));
        Files.write(folder.resolve("second.jsonl"), rows("second.jsonl", 9));
    }

    private static List<String> rows(String file, int count) {
        List<String> rows = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            // Every fifth row is too long and left out.
            rows.add(row(i % 5 == 0 ? "x ".repeat(400) : file + " row " + i));
        }
        return rows;
    }

    private static String row(String output) {
        return "{\"instruction\":\"say\",\"output\":\"" + output + "\"}";
    }

    @ParameterizedTest
    @CsvSource({
        "'', 42",
        "mix_strategy: interleave_over, 68",
        "mix_strategy: interleave_under, 16",
        "shuffle_before_merging_datasets: true, 42",
        "dataset_shard_num: 3, 0",
        "val_set_size: 10, 32",
        "dataset_exact_deduplication: true, 42",
    })
    void everyExampleKnowsItsRow(String key, int count) throws IOException {
        PreparedData data = prepare(TWO, key);

        int held = data.validation().map(this::check).orElse(0);
        assertThat(check(data.train())).satisfies(size -> assertThat(count == 0 || size == count)
                .as("%d examples", size)
                .isTrue());
        assertThat(held).isEqualTo(key.startsWith("val") ? 10 : 0);
    }

    @Test
    void rowsOfTestDataAreTheirOwn() throws IOException {
        PreparedData data =
                prepare("  - path: first\n    type: alpaca\n", "test_datasets: [{path: second.jsonl, type: alpaca}]");

        assertThat(check(data.train())).isEqualTo(34);
        assertThat(check(data.validation().orElseThrow())).isEqualTo(8);
    }

    @Test
    void aFileThatIsReadTwiceIsNamedBothTimes() throws IOException {
        PreparedData data = prepare(
                "  - path: first\n    type: alpaca\n    data_files: [a.jsonl, z.jsonl, a.jsonl]\n"
                        + "  - path: first/a.jsonl\n    type: alpaca\n    split: train[20:]\n",
                "");

        assertThat(check(data.train())).isEqualTo(24 + 10 + 24 + 8);
    }

    @Test
    void theNameIsThatOfToday() throws IOException {
        prepare("  - path: second.jsonl\n    type: alpaca\n", "");
        Files.move(folder.resolve("second.jsonl"), folder.resolve("moved.jsonl"));

        PreparedData data = prepare("  - path: moved.jsonl\n    type: alpaca\n", "");

        assertThat(data.reused()).isTrue();
        assertThat(data.train().place(0)).isEqualTo(folder.resolve("moved.jsonl") + ", row 1");
    }

    @Test
    void partsOfADocumentShareItsRow() throws IOException {
        Files.writeString(
                folder.resolve("texts.jsonl"),
                "{\"text\":\"short\"}\n{\"text\":\"" + "long words ".repeat(400) + "\"}\n{\"text\":\"end\"}\n");

        PreparedDataset rows =
                prepare("  - path: texts.jsonl\n    type: completion\n", "").train();

        assertThat(rows.size()).isGreaterThan(4);
        List<String> places =
                IntStream.range(0, rows.size()).mapToObj(rows::place).toList();
        assertThat(places)
                .startsWith(folder.resolve("texts.jsonl") + ", row 1")
                .endsWith(folder.resolve("texts.jsonl") + ", row 3");
        assertThat(places.subList(1, places.size() - 1)).containsOnly(folder.resolve("texts.jsonl") + ", row 2");
    }

    @Test
    void syntheticRowsAreNumberedToo() throws IOException {
        PreparedDataset rows = prepare(
                        "  - path: second.jsonl\n    type: alpaca\n  - path: synthetic\n    type: _synthetic\n    length: 5\n    sequence_length: 16\n",
                        "")
                .train();

        assertThat(rows.place(rows.size() - 1)).isEqualTo("synthetic, row 5");
        assertThat(rows.place(0)).isEqualTo(folder.resolve("second.jsonl") + ", row 1");
    }

    /** Compares every example's place with its answer; returns how many there are. */
    private int check(PreparedDataset rows) {
        try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
            for (int i = 0; i < rows.size(); i++) {
                var example = rows.example(i);
                String answer = tokenizer
                        .decode(
                                IntStream.range(0, example.length())
                                        .filter(t -> example.trained()[t])
                                        .map(t -> example.tokenIds()[t])
                                        .toArray(),
                                true)
                        .strip();
                String place = answer.replaceFirst(" row ", ", row ");
                assertThat(rows.place(i)).isEqualTo(folder.resolve(place).toString());
            }
        }
        return rows.size();
    }

    private PreparedData prepare(String datasets, String key) throws IOException {
        Path file = Files.writeString(
                folder.resolve("c.yaml"),
                "base_model: " + MODEL + "\nlearning_rate: 1e-4\nsequence_len: 200\ndatasets:\n" + datasets + key
                        + "\ndataset_prepared_path: " + folder.resolve("prepared") + "\n");
        RunSettings settings = SettingsReader.read(ConfigFile.load(file, List.of()));
        try (Tokenizer tokenizer = InferenceRun.tokenizer(settings)) {
            return Preparation.prepare(settings.data(), tokenizer, Progress.NONE);
        }
    }
}
