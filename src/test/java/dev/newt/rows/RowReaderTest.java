package dev.newt.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowReaderTest {
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
    void readsJsonLinesWithNestedObjects() throws IOException {
        write(
                "a.jsonl",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\\n\\u00e9 🎉\"}],\"n\":1.50}\n\n{\"b\":null}\n");

        List<Row> rows = rows("a.jsonl");

        assertThat(rows).extracting(Row::number).containsExactly(1L, 2L);
        assertThat(rows.get(0).fields().at("/messages/0/content").asString()).isEqualTo("x\né 🎉");
        assertThat(rows.get(0).fields().get("n").decimalValue().toPlainString()).isEqualTo("1.50");
        assertThat(rows.get(1).fields().get("b").isNull()).isTrue();
    }

    @Test
    void readsAnArrayOverManyLines() throws IOException {
        write("a.json", "[{\"a\": 1},\n {\"a\": {\"z\": [2]}}]");

        assertThat(rows("a.json"))
                .extracting(row -> row.fields().toString())
                .containsExactly("{\"a\":1}", "{\"a\":{\"z\":[2]}}");
    }

    @Test
    void readsCompressedFiles() throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(directory.resolve("a.jsonl.gz")))) {
            out.write("{\"a\":1}\n{\"a\":2}\n".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(rows("a.jsonl.gz")).hasSize(2);
    }

    @Test
    void readsWhatZstandardCompressed() throws SQLException {
        copy("z.jsonl.zst", "SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, 'y'", "FORMAT json, COMPRESSION zstd");
        copy("z.csv.zst", "SELECT '007' AS a UNION ALL SELECT 'é'", "FORMAT csv, COMPRESSION zstd");
        copy("z.tsv.gz", "SELECT 'a,b' AS a, 'c' AS b", "FORMAT csv, DELIMITER '\t', COMPRESSION gzip");

        assertThat(texts("z.jsonl.zst")).containsExactly("{\"a\":1,\"b\":\"x\"}", "{\"a\":2,\"b\":\"y\"}");
        assertThat(texts("z.csv.zst")).containsExactly("{\"a\":\"007\"}", "{\"a\":\"é\"}");
        assertThat(texts("z.tsv.gz")).containsExactly("{\"a\":\"a,b\",\"b\":\"c\"}");
    }

    @Test
    void everyLineOfATextIsARow() throws IOException {
        write("a.txt", "one\n\n\"three\", é\r\nfour");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(directory.resolve("b.txt.gz")))) {
            out.write("x\ny\n".getBytes(StandardCharsets.UTF_8));
        }
        Files.write(directory.resolve("latin.txt"), "fine\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(texts("a.txt"))
                .containsExactly(
                        "{\"text\":\"one\"}",
                        "{\"text\":\"\"}",
                        "{\"text\":\"\\\"three\\\", é\"}",
                        "{\"text\":\"four\"}");
        assertThat(texts("b.txt.gz")).containsExactly("{\"text\":\"x\"}", "{\"text\":\"y\"}");
        assertThatThrownBy(() -> rows("latin.txt"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("latin.txt: the text after row")
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void csvValuesStayText() throws IOException {
        write("a.csv", "instruction,output\n\"hello, \"\"w\"\"\nx\",007\nfoo,\n");

        List<Row> rows = rows("a.csv");

        assertThat(rows.get(0).fields().get("instruction").asString()).isEqualTo("hello, \"w\"\nx");
        assertThat(rows.get(0).fields().get("output").asString()).isEqualTo("007");
        assertThat(rows.get(1).fields().get("output").isNull()).isTrue();
    }

    @Test
    void readsParquetWithListsOfStructs() throws SQLException {
        parquet("p.parquet", "SELECT [{'role': 'user', 'content': 'x'}] AS messages, i AS n FROM range(3000) r(i)");

        List<Row> rows = rows("p.parquet");

        assertThat(rows).hasSize(3000);
        assertThat(rows.get(2999).fields().toString())
                .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"n\":2999}");
    }

    @Test
    void takesTheSliceOfASplit() throws IOException {
        write("a.jsonl", "{\"i\":0}\n{\"i\":1}\n{\"i\":2}\n");
        write("b.jsonl", "{\"i\":3}\n{\"i\":4}\n{\"i\":5}\n{\"i\":6}\n{\"i\":7}\n{\"i\":8}\n{\"i\":9}\n");

        assertThat(slice("train")).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(slice("train[:2]")).containsExactly(0, 1);
        assertThat(slice("train[2:5]")).containsExactly(2, 3, 4);
        assertThat(slice("train[80%:]")).containsExactly(8, 9);
        assertThat(slice("train[:15%]")).containsExactly(0, 1);
    }

    @Test
    void refusesASplitThatIsNotUnderstood() {
        for (String split : List.of("train[", "train[5:2]", "train[:200%]", "train[1:50%]", "a+b")) {
            assertThatThrownBy(() -> Split.parse(split))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(split);
        }
    }

    @Test
    void namesFileAndLineOfAMalformedRow() throws IOException {
        write("bad.jsonl", "{\"a\":1}\n".repeat(3000) + "{\"a\": oops}\n{\"a\":1}\n");

        assertThatThrownBy(() -> rows("bad.jsonl"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("bad.jsonl, line 3001: is not valid JSON");
    }

    @Test
    void refusesATruncatedFile() throws IOException, SQLException {
        write("cut.jsonl", "{\"a\":1}\n{\"a\":2");
        parquet("whole.parquet", "SELECT 1 AS a");
        Files.write(
                directory.resolve("cut.parquet"),
                java.util.Arrays.copyOf(Files.readAllBytes(directory.resolve("whole.parquet")), 100));

        assertThatThrownBy(() -> rows("cut.jsonl"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("cut.jsonl, line 2");
        assertThatThrownBy(() -> rows("cut.parquet"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("cut.parquet: is not a valid Parquet file");
    }

    @Test
    void blankLinesMarksAndLineEndsAreNoRows() throws IOException {
        write("a.jsonl", "\ufeff{\"a\":1}\r\n\r\n  \n\t{\"a\":2}  \n\n{\"a\":3}");

        assertThat(rows("a.jsonl"))
                .extracting(row -> row.fields().path("a").asInt())
                .containsExactly(1, 2, 3);
        assertThat(rows("a.jsonl")).extracting(Row::number).containsExactly(1L, 2L, 3L);
    }

    @Test
    void linesMayBeLongerThanABufferAndEndAnywhereInIt() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            text.append("{\"a\":\"").append("\u00e9".repeat(i * i * 500)).append("\"}\n");
        }
        write("a.jsonl", text.toString());

        assertThat(rows("a.jsonl"))
                .extracting(row -> row.fields().path("a").asString().length())
                .isEqualTo(IntStream.range(0, 40).map(i -> i * i * 500).boxed().toList());
    }

    @Test
    void bytesThatAreNoTextAreNamedByLine() throws IOException {
        Files.write(
                directory.resolve("a.jsonl"),
                new byte[] {'{', '}', '\n', '{', '"', 'a', '"', ':', '"', (byte) 0xe9, '"', '}'});
        write("b.jsonl", "{\"a\":\"\ufffd\"}\n");

        assertThatThrownBy(() -> rows("a.jsonl"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.jsonl, line 2: is not UTF-8 text");
        assertThat(rows("b.jsonl")).hasSize(1);
    }

    @Test
    void namesTheLineOfACsvRowWithTooManyFields() throws IOException {
        write("bad.csv", "instruction,output\na,b\nc,d,e,f\n");

        assertThatThrownBy(() -> rows("bad.csv"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("bad.csv")
                .hasMessageContaining("Line: 3");
    }

    @Test
    void refusesARowThatIsNoObject() throws IOException {
        write("a.jsonl", "{\"a\":1}\n[2]\n");

        assertThatThrownBy(() -> rows("a.jsonl"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.jsonl, row 2: is not a JSON object");
    }

    @Test
    void aNameWithPatternSignsMeansItself() throws IOException {
        write("x[1].jsonl", "{\"a\":1}\n");
        write("x1.jsonl", "{\"a\":2}\n");

        assertThat(rows("x[1].jsonl"))
                .singleElement()
                .satisfies(row -> assertThat(row.fields().get("a").asInt()).isEqualTo(1));
    }

    @Test
    void anEmptyFileHasNoRows() throws IOException {
        write("a.jsonl", "");
        write("a.csv", "");

        assertThat(rows("a.jsonl")).isEmpty();
        assertThat(rows("a.csv")).isEmpty();
    }

    @Test
    void findsTheFilesOfADirectoryOrAPattern() throws IOException {
        Files.createDirectories(directory.resolve("d/sub"));
        for (String name :
                List.of("d/b.jsonl", "d/a.json", "d/sub/c.parquet", "d/notes.md", "d/.hidden.json", "d/a-test.json")) {
            write(name, "");
        }

        assertThat(names("d", List.of(), Optional.empty(), "train")).containsExactly("a.json", "b.jsonl", "c.parquet");
        assertThat(names("d", List.of(), Optional.of(Format.JSON), "train")).containsExactly("a.json", "b.jsonl");
        assertThat(names("d", List.of(), Optional.empty(), "test")).containsExactly("a-test.json");
        assertThat(names("d/*.jsonl", List.of(), Optional.empty(), "train")).containsExactly("b.jsonl");
        assertThat(names("d", List.of("b.jsonl", "sub/*.parquet"), Optional.empty(), "train"))
                .containsExactly("b.jsonl", "c.parquet");
        assertThat(names("d/notes.md", List.of(), Optional.of(Format.JSON), "train"))
                .containsExactly("notes.md");
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        write("notes.doc", "");
        Files.createDirectories(directory.resolve("empty"));

        assertThatThrownBy(() -> names("gone.jsonl", List.of(), Optional.empty(), "train"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("gone.jsonl: does not exist");
        assertThatThrownBy(() -> names("empty", List.of(), Optional.empty(), "train"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no data files");
        assertThatThrownBy(() -> names("notes.doc", List.of(), Optional.empty(), "train"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("Set ds_type");
        assertThatThrownBy(() -> names(".", List.of("gone.csv"), Optional.empty(), "train"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("gone.csv");
        assertThatThrownBy(() -> Format.named("xlsx"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("xlsx");
    }

    private List<String> names(String path, List<String> dataFiles, Optional<Format> dsType, String split) {
        return DataFiles.find(
                        new DatasetRequest(path, dataFiles, dsType, Split.parse(split), RepoChoice.DEFAULT),
                        directory::resolve)
                .stream()
                .map(file -> file.path().getFileName().toString())
                .toList();
    }

    private List<Row> rows(String name) {
        List<Row> rows = new ArrayList<>();
        Path file = directory.resolve(name);
        reader.read(List.of(new DataFile(file, Format.of(file).orElseThrow())), Split.TRAIN, rows::add);
        return rows;
    }

    private List<Integer> slice(String split) {
        List<Integer> values = new ArrayList<>();
        List<DataFile> files = List.of(
                new DataFile(directory.resolve("a.jsonl"), Format.JSON),
                new DataFile(directory.resolve("b.jsonl"), Format.JSON));
        reader.read(
                files,
                Split.parse(split),
                row -> values.add(row.fields().get("i").asInt()));
        return values;
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private List<String> texts(String name) {
        return rows(name).stream().map(row -> row.fields().toString()).toList();
    }

    private void parquet(String name, String sql) throws SQLException {
        copy(name, sql, "FORMAT parquet");
    }

    private void copy(String name, String sql, String options) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (" + sql + ") TO '" + directory.resolve(name) + "' (" + options + ")");
        }
    }
}
