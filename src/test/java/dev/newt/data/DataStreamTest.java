package dev.newt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.DataStream.Window;
import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.Shard;
import dev.newt.io.UserException;
import dev.newt.rows.Split;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DataStreamTest {
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

    @Test
    void handsOutTheRowsInTheirOrderPassAfterPass() throws IOException {
        DataSettings settings = settings(rows("a", 10));

        try (DataStream stream = open(settings, 4, DataPosition.START)) {
            List<Window> windows = take(stream, 6);

            assertThat(windows)
                    .extracting(this::answers)
                    .containsExactly("0 1 2 3", "4 5 6 7", "8 9", "0 1 2 3", "4 5 6 7", "8 9");
            assertThat(windows).extracting(Window::number).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(windows).extracting(Window::firstRow).containsExactly(0L, 4L, 8L, 10L, 14L, 18L);
            assertThat(windows).extracting(Window::endRow).containsExactly(4L, 8L, 10L, 14L, 18L, 20L);
            assertThat(windows.get(5).statistics().rows()).isEqualTo(20);
        }
    }

    @Test
    void givesTheExamplesThatPreparationGives() throws IOException {
        DataSettings settings = settings(rows("a", 300));
        PreparedDataset prepared =
                Preparation.prepare(settings, tokenizer, Progress.NONE).train();

        List<Example> streamed = new ArrayList<>();
        try (DataStream stream = open(settings, 64, DataPosition.START)) {
            take(stream, 5).forEach(window -> streamed.addAll(examples(window)));
        }

        assertThat(streamed).hasSize(300);
        for (int i = 0; i < 300; i++) {
            assertThat(streamed.get(i).tokenIds()).isEqualTo(prepared.example(i).tokenIds());
            assertThat(streamed.get(i).trained()).isEqualTo(prepared.example(i).trained());
        }
    }

    /** What follows is the same, whichever window the stream is opened at: in the first pass, at its end and later. */
    @Test
    void canBeOpenedAgainAtAnyWindow() throws IOException {
        DataSettings mixed = settings(rows("a", 11), rows("b", 5), rows("c", 8))
                .mixed(new Mixing(Mixing.Strategy.INTERLEAVE_OVER, List.of(5.0, 1.0, 2.0), false), false);
        List<Window> whole;
        try (DataStream stream = open(mixed, 6, DataPosition.START)) {
            whole = take(stream, 20);
        }

        for (Window first : whole) {
            int left = whole.size() - first.number();
            try (DataStream stream = open(mixed, 6, new DataPosition(first.firstRow(), first.number(), 0))) {
                assertThat(take(stream, left))
                        .usingRecursiveComparison()
                        .ignoringFields("statistics")
                        .isEqualTo(whole.subList(first.number(), whole.size()));
            }
        }
    }

    @Test
    void mixesDataSetsAsPreparationDoes() throws IOException {
        for (Mixing mixing : List.of(
                Mixing.none(),
                new Mixing(Mixing.Strategy.INTERLEAVE_UNDER, List.of(), false),
                new Mixing(Mixing.Strategy.INTERLEAVE_OVER, List.of(), false),
                new Mixing(Mixing.Strategy.INTERLEAVE_UNDER, List.of(3.0, 1.0), false),
                new Mixing(Mixing.Strategy.INTERLEAVE_OVER, List.of(1.0, 4.0), false))) {
            DataSettings settings = settings(rows("a", 40), rows("b", 15)).mixed(mixing, false);
            PreparedDataset prepared =
                    Preparation.prepare(settings, tokenizer, Progress.NONE).train();

            try (DataStream stream = open(settings, 1000, DataPosition.START)) {
                assertThat(answers(stream.next()))
                        .as(mixing.toString())
                        .isEqualTo(IntStream.range(0, prepared.size())
                                .mapToObj(i -> answer(prepared.example(i)))
                                .collect(Collectors.joining(" ")));
            }
        }
    }

    /** The last row cannot be read, and is only met when its window is made. */
    @Test
    void readsNoFurtherThanOneWindowAhead() throws IOException {
        Path file = file("a", 4000);
        Files.writeString(file, Files.readString(file) + "{\"instruction\": broken}\n");

        try (DataStream stream =
                open(settings(DatasetSettings.of(file.toString(), "alpaca")), 500, DataPosition.START)) {
            assertThat(take(stream, 8)).last().extracting(Window::endRow).isEqualTo(4000L);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(stream::next)
                        .isInstanceOf(UserException.class)
                        .hasMessageContaining(file + ", line 4001");
            }
        }
    }

    @Test
    void aWindowEndsWithItsTokensToo() throws IOException {
        DataSettings settings = settings(rows("a", 1000));
        try (DataStream stream = DataStream.open(settings, "datasets", tokenizer, 1000, 5000, DataPosition.START)) {
            for (Window window : take(stream, 5)) {
                int size = examples(window).size();
                int tokens = examples(window).stream().mapToInt(Example::length).sum();
                assertThat(tokens).isGreaterThanOrEqualTo(5000);
                assertThat(tokens - examples(window).get(size - 1).length()).isLessThan(5000);
                assertThat(window.endRow() - window.firstRow()).isEqualTo(size);
            }
        }
    }

    @Test
    void leavesOutWhatIsNotAskedFor() throws IOException {
        DatasetSettings all = rows("a", 30);

        assertThat(firstPass(all.withSplit(Split.parse("train[10:20]").skipping(4))))
                .isEqualTo("14 15 16 17 18 19");
        assertThat(firstPass(all.withSplit(Split.TRAIN.skipping(25)))).isEqualTo("25 26 27 28 29");
        assertThat(firstPass(all.withSplit(Split.TRAIN.skipping(2).first(3)))).isEqualTo("2 3 4");
        assertThat(firstPass(all.withSplit(Split.parse("train[50%:]").first(2))))
                .isEqualTo("15 16");
        assertThat(firstPass(all.withShard(new Shard(3, 0))) + " " + firstPass(all.withShard(new Shard(3, 1))) + " "
                        + firstPass(all.withShard(new Shard(3, 2))))
                .satisfies(three -> assertThat(three.split(" "))
                        .containsExactlyInAnyOrder(
                                IntStream.range(0, 30).mapToObj(String::valueOf).toArray(String[]::new)));
    }

    @Test
    void saysThatAPassLeavesNothingToLearn() throws IOException {
        Path empty = Files.writeString(directory.resolve("empty.jsonl"), "\n");
        Path unanswered = Files.writeString(
                directory.resolve("unanswered.jsonl"),
                "{\"instruction\": \"" + "x ".repeat(400) + "\", \"output\": \"y\"}\n");

        for (Mixing mixing : List.of(Mixing.none(), new Mixing(Mixing.Strategy.INTERLEAVE_OVER, List.of(), false))) {
            assertThatThrownBy(() -> first(settings(DatasetSettings.of(empty.toString(), "alpaca"))
                            .mixed(mixing, false)))
                    .isInstanceOf(UserException.class)
                    .hasMessage("datasets: " + empty + " has no rows.");
            assertThatThrownBy(() -> first(settings(DatasetSettings.of(unanswered.toString(), "alpaca"))
                            .mixed(mixing, false)))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(
                            "datasets: nothing is left to train on of 1 rows: 1 longer than sequence_len 128");
        }
    }

    @Test
    void refusesAMissingFileBeforeAnythingIsRead() {
        assertThatThrownBy(() -> open(
                        settings(DatasetSettings.of(
                                directory.resolve("none.jsonl").toString(), "alpaca")),
                        10,
                        DataPosition.START))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("none.jsonl");
    }

    /** Closed in the midst of reading, it leaves no thread behind. */
    @Test
    void leavesNoThreadBehind() throws Exception {
        DataSettings settings = settings(rows("a", 3000), rows("b", 3000))
                .mixed(new Mixing(Mixing.Strategy.INTERLEAVE_OVER, List.of(), false), false);
        for (int i = 0; i < 5; i++) {
            DataStream stream = open(settings, 100, DataPosition.START);
            if (i > 0) {
                stream.next();
            }
            stream.close();
        }

        IntFunction<Long> alive = unused -> Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("data-"))
                .count();
        // Those that read ahead are told to end, and not waited for.
        for (int i = 0; i < 200 && alive.apply(i) > 0; i++) {
            Thread.sleep(20);
        }
        assertThat(alive.apply(0)).isZero();
    }

    private String firstPass(DatasetSettings dataset) {
        return answers(first(settings(dataset)));
    }

    private Window first(DataSettings settings) {
        try (DataStream stream = open(settings, 1000, DataPosition.START)) {
            return stream.next();
        }
    }

    private static DataStream open(DataSettings settings, int windowRows, DataPosition from) {
        return DataStream.open(settings, "datasets", tokenizer, windowRows, from);
    }

    private static List<Window> take(DataStream stream, int count) {
        return IntStream.range(0, count).mapToObj(i -> stream.next()).toList();
    }

    private DataSettings settings(DatasetSettings... datasets) {
        return DataSettings.of(List.of(datasets), 128, directory.resolve("prepared"));
    }

    private DatasetSettings rows(String name, int count) throws IOException {
        return DatasetSettings.of(file(name, count).toString(), "alpaca");
    }

    /** Row i is answered by the name and i; by i alone in the first file. */
    private Path file(String name, int count) throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < count; i++) {
            rows.append("{\"instruction\":\"Say it\",\"output\":\"" + (name.equals("a") ? "" : name) + i + "\"}\n");
        }
        return Files.writeString(directory.resolve(name + ".jsonl"), rows);
    }

    private static List<Example> examples(Window window) {
        return window.groups().stream().flatMap(List::stream).toList();
    }

    private String answers(Window window) {
        return examples(window).stream().map(this::answer).collect(Collectors.joining(" "));
    }

    private String answer(Example example) {
        return Samples.promptAndAnswer(example, tokenizer).orElseThrow().answer();
    }
}
