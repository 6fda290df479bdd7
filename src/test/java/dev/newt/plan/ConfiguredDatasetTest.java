package dev.newt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.config.ConfigFile;
import dev.newt.config.LoadedConfig;
import dev.newt.config.yaml.Problem;
import dev.newt.io.UserException;
import dev.newt.rows.DatasetRequest;
import dev.newt.rows.RepoChoice;
import dev.newt.rows.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sets that an entry of LLaMA-Factory's dataset_info.json describes. */
class ConfiguredDatasetTest {
    private static final Path MODEL = Path.of("examples/models/newt-tiny").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void theEntrySaysWhichRowsOfARepositoryAreMeant() throws IOException {
        String entry = "'hf_hub_url': 'org/rows', 'subset': 'en', 'split': 'test[:5]'";

        assertThat(request(entry, "")).isEqualTo(repository(Split.parse("test[:5]"), Optional.of("en")));
        assertThat(request(entry, "    split: train\n    name: de\n"))
                .isEqualTo(repository(Split.TRAIN, Optional.of("de")));
    }

    @Test
    void aTypeBesideAnEntryIsToldToHaveNoEffect() throws IOException {
        String entry = "'file_name': 'rows.jsonl'";

        assertThat(load(entry, "    type: alpaca\n").warnings())
                .extracting(Problem::message)
                .singleElement()
                .asString()
                .contains("type has no effect: the entry of dataset_info.json says how its rows are read");
        assertThat(load(entry, "").warnings()).isEmpty();
    }

    @Test
    void rankedAnswersAreRefusedWhereTheyAreConfigured() {
        String entry =
                "'file_name': 'rows.jsonl', 'ranking': true, 'columns': {'prompt': 'q', 'chosen': 'c', 'rejected': 'r'}";

        assertThatThrownBy(() -> Planner.plan(load(entry, "")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("c.yaml:4:")
                .hasMessageContaining("dataset_info.json, entry x: holds ranked answers")
                .hasMessageContaining("which are for rl: dpo");
    }

    @Test
    void howManyRowsThereAreIsNotKnownWhereTheEntryChoosesSome() throws IOException {
        Files.writeString(folder.resolve("rows.jsonl"), "{\"instruction\": \"a\", \"output\": \"b\"}\n".repeat(5));

        assertThat(Planner.plan(load("'file_name': 'rows.jsonl'", "")).steps().trainRows())
                .contains(5L);
        assertThat(Planner.plan(load("'file_name': 'rows.jsonl', 'num_samples': 3", ""))
                        .steps()
                        .trainRows())
                .isEmpty();
        assertThat(Planner.plan(load("'file_name': 'rows.jsonl', 'split': 'train[:2]'", ""))
                        .steps()
                        .trainRows())
                .isEmpty();
    }

    @Test
    void preparedRowsAreThoseOfTheEntryAsItIsNow() throws IOException {
        Files.writeString(folder.resolve("rows.jsonl"), "{}\n");
        LoadedConfig before = load("'file_name': 'rows.jsonl', 'num_samples': 3", "");
        Path prepared = Files.createDirectories(folder.resolve("prepared/some"));
        PreparedLink.remember(Planner.plan(before), prepared);
        List<Path> links = links();

        PreparedLink.remember(Planner.plan(load("'file_name': 'rows.jsonl', 'num_samples': 4", "")), prepared);

        assertThat(links).hasSize(1);
        assertThat(links()).hasSize(2);
    }

    @Test
    void syntheticRowsAreKnownWithoutFiles() throws IOException {
        Path file = Files.writeString(
                folder.resolve("c.yaml"),
                "base_model: " + MODEL + "\nlearning_rate: 1e-4\nsequence_len: 64\ndatasets:\n  - path: synthetic\n"
                        + "    type: _synthetic\n    length: 50\ndataset_prepared_path: " + folder.resolve("prepared")
                        + "\n");

        ExecutionPlan.Steps steps =
                Planner.plan(ConfigFile.load(file, List.of())).steps();

        assertThat(steps.trainRows()).contains(50L);
        assertThat(steps.tokens().orElseThrow().count()).isEqualTo(50 * 64);
    }

    private List<Path> links() throws IOException {
        try (var files = Files.list(folder.resolve("prepared"))) {
            return files.filter(file -> file.toString().endsWith(".link")).toList();
        }
    }

    private static DatasetRequest repository(Split split, Optional<String> name) {
        return new DatasetRequest(
                "org/rows",
                List.of(),
                Optional.empty(),
                split,
                new RepoChoice(name, Optional.empty(), Optional.empty()));
    }

    private DatasetRequest request(String entry, String keys) throws IOException {
        LoadedConfig loaded = load(entry, keys);
        return ConfiguredDataset.request(
                loaded, loaded.config().data().datasets().get(0));
    }

    private LoadedConfig load(String entry, String keys) throws IOException {
        Files.writeString(folder.resolve("dataset_info.json"), ("{'x': {" + entry + "}}").replace('\'', '"'));
        Path file = Files.writeString(
                folder.resolve("c.yaml"),
                "base_model: " + MODEL + "\nlearning_rate: 1e-4\ndatasets:\n  - path: dataset_info.json#x\n" + keys
                        + "dataset_prepared_path: " + folder.resolve("prepared") + "\n");
        return ConfigFile.load(file, List.of());
    }
}
