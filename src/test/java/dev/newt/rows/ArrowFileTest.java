package dev.newt.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against files written by pyarrow and by Hugging Face's datasets, see {@code arrow/make.py} in the test resources. */
class ArrowFileTest {
    private static RowReader reader;

    @TempDir
    Path directory;

    @BeforeAll
    static void open() {
        reader = new RowReader();
    }

    @AfterAll
    static void close() {
        reader.close();
    }

    @Test
    void everyTypeIsReadAsPyarrowReadsIt() throws IOException {
        List<String> expected = rows("types.jsonl");

        assertThat(expected).hasSize(10);
        assertThat(rows("types-stream.arrow")).containsExactlyElementsOf(expected);
        assertThat(rows("types-file.arrow")).containsExactlyElementsOf(expected);
    }

    @Test
    void aSliceReadsItsRowsAlone() {
        assertThat(slice("types-stream.arrow", "train[2:8]")).containsExactly(3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(slice("types-file.arrow", "train[90%:]")).containsExactly(10L);
        assertThat(slice("types-stream.arrow", "train[:1]")).containsExactly(1L);
    }

    @Test
    void aSavedDatasetHasItsSplitsAndTheOrderOfItsShards() {
        List<DataFile> train = find("train");

        assertThat(train).extracting(DataFile::format).containsOnly(Format.ARROW);
        assertThat(contents(train))
                .containsExactly("train 0", "train 1", "train 2", "train 3", "train 4", "train 5", "train 6");
        assertThat(contents(find("test"))).containsExactly("test 0", "test 1");
        assertThatThrownBy(() -> find("validation"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the splits are test, train");
    }

    @Test
    void rowsOfAnOldSavedDatasetWithIndicesAreRefused() throws IOException {
        Files.copy(resource("saved/test/data-00000-of-00001.arrow"), directory.resolve("data-00000-of-00001.arrow"));
        Files.writeString(
                directory.resolve("state.json"), "{\"_indices_data_files\": [{\"filename\": \"indices.arrow\"}]}");

        assertThatThrownBy(() -> DataFiles.find(request(directory, "train"), Path::of))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("state.json")
                .hasMessageContaining("indices");
    }

    @Test
    void whatIsNotReadIsNamed() {
        assertRefused(resource("lz4.arrow"), "lz4");
        assertRefused(resource("zstd.arrow"), "zstd");
        assertRefused(resource("binary.arrow"), "column picture has Arrow's type binary");
    }

    @Test
    void aFileThatIsCutOrNoneIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(resource("types-stream.arrow"));
        for (int length : new int[] {3, 7, 100, 2000, whole.length / 2, whole.length - 900}) {
            Path cut = directory.resolve("cut" + length + ".arrow");
            Files.write(cut, Arrays.copyOf(whole, length));
            assertRefused(cut, cut.getFileName().toString());
        }
        Path text = directory.resolve("text.arrow");
        Files.writeString(text, "{\"a\": 1}\n".repeat(100));
        assertRefused(text, "not an Arrow file");
    }

    @Test
    void damagedBytesNeverEndInAnythingButAnError() throws IOException {
        byte[] whole = Files.readAllBytes(resource("types-stream.arrow"));
        Path damaged = directory.resolve("damaged.arrow");
        int refused = 0;
        for (int at = 8; at < 3000; at += 13) {
            byte[] bytes = whole.clone();
            bytes[at] ^= (byte) 0xa5;
            Files.write(damaged, bytes);
            try {
                read(damaged, Split.TRAIN);
            } catch (UserException e) {
                assertThat(e).hasMessageContaining("damaged.arrow");
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    private static void assertRefused(Path file, String words) {
        assertThatThrownBy(() -> read(file, Split.TRAIN))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(words);
    }

    private List<DataFile> find(String split) {
        return DataFiles.find(request(resource("saved"), split), Path::of);
    }

    private static List<String> contents(List<DataFile> files) {
        List<String> contents = new ArrayList<>();
        reader.read(
                files,
                Split.TRAIN,
                row -> contents.add(row.fields().at("/messages/0/content").asString()));
        return contents;
    }

    private static List<String> rows(String name) {
        return read(resource(name), Split.TRAIN).stream()
                .map(row -> row.fields().toString())
                .toList();
    }

    private static List<Long> slice(String name, String split) {
        return read(resource(name), Split.parse(split)).stream()
                .map(Row::number)
                .toList();
    }

    private static List<Row> read(Path file, Split split) {
        List<Row> rows = new ArrayList<>();
        reader.read(List.of(new DataFile(file, Format.of(file).orElseThrow())), split, rows::add);
        return rows;
    }

    private static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(ArrowFileTest.class.getResource("/arrow/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DatasetRequest request(Path folder, String split) {
        return new DatasetRequest(
                folder.toString(), List.of(), Optional.empty(), Split.parse(split), RepoChoice.DEFAULT);
    }
}
