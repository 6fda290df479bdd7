package dev.newt.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FileSelectionTest {
    @Test
    void shardsInDataAreTheSplitsTheyAreNamedAfter() {
        List<String> names = List.of(
                "data/test_sft-00000-of-00001.parquet",
                "data/train_gen-00000-of-00001.parquet",
                "data/train_sft-00000-of-00002.parquet",
                "data/train_sft-00001-of-00002-abc.parquet");

        assertThat(split(names, "train_sft"))
                .containsExactly("data/train_sft-00000-of-00002.parquet", "data/train_sft-00001-of-00002-abc.parquet");
        assertThat(split(names, "train")).isEmpty();
        assertThat(FileSelection.splits(names)).contains("test_sft", "train_gen", "train_sft");
        assertThatThrownBy(() -> DataFiles.select(names, Optional.empty(), Split.TRAIN, "org/x"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("train_sft");
    }

    @Test
    void foldersAndFilesNamedAfterASplitAreIt() {
        assertThat(split(List.of("default/test/0000.parquet", "default/train/0000.parquet"), "train"))
                .containsExactly("default/train/0000.parquet");
        assertThat(split(List.of("test.jsonl", "train.jsonl", "train-extra.jsonl"), "train"))
                .containsExactly("train.jsonl", "train-extra.jsonl");
        assertThat(split(List.of("test.jsonl", "val.jsonl"), "validation")).containsExactly("val.jsonl");
        assertThat(split(List.of("de.jsonl", "en.jsonl"), "en")).containsExactly("en.jsonl");
        assertThat(split(List.of("a.jsonl", "a-test.jsonl"), "train")).containsExactly("a.jsonl");
        assertThat(split(List.of("a.jsonl", "b.jsonl"), "train")).containsExactly("a.jsonl", "b.jsonl");
        assertThat(split(List.of("a.jsonl", "b.jsonl"), "test")).isEmpty();
    }

    @Test
    void whatLiesBesideDataIsNotData() {
        assertThat(FileSelection.data(
                        List.of("README.md", ".x/a.jsonl", "LICENSE.txt", "a.jsonl", "dataset_info.json", "state.json"),
                        Optional.empty()))
                .containsExactly("a.jsonl");
        assertThat(FileSelection.data(List.of("b.txt", "a.txt", "README.md"), Optional.empty()))
                .containsExactly("a.txt", "b.txt");
        assertThat(FileSelection.data(List.of("a.csv", "a.jsonl"), Optional.of(Format.CSV)))
                .containsExactly("a.csv");
    }

    @Test
    void dataFilesAreNamesOrPatternsInTheirOrder() {
        List<String> names = List.of("a.jsonl", "sub/b.jsonl", "sub/c.csv");

        assertThat(FileSelection.listed(names, List.of("sub/*", "a.jsonl"), "x"))
                .containsExactly("sub/b.jsonl", "sub/c.csv", "a.jsonl");
        assertThat(FileSelection.listed(names, List.of("**/*.jsonl"), "x")).containsExactly("a.jsonl", "sub/b.jsonl");
        assertThatThrownBy(() -> FileSelection.listed(names, List.of("z.jsonl"), "org/x"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("org/x: has no file z.jsonl");
    }

    private static List<String> split(List<String> names, String split) {
        return FileSelection.ofSplit(names, Split.parse(split));
    }
}
