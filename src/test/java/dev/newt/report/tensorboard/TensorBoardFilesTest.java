package dev.newt.report.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.train.TrainingEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardFilesTest {
    @TempDir
    Path output;

    private final List<String> warnings = new ArrayList<>();

    private static TrainingEvent started(long startStep) {
        return new TrainingEvent.Started(Path.of("out"), startStep, false, 4, 4, 10, "a device");
    }

    private static TrainingEvent logged(long step, double loss) {
        return new TrainingEvent.Logged(
                step, 4, step / 4.0, loss, 0.5, 2e-4, 300 * step, 10 * step, 100, 50, step, 1L << 33, Map.of());
    }

    private void run(long startStep, TrainingEvent... events) {
        try (TensorBoardFiles files = new TensorBoardFiles(output, "base_model: m\n", warnings::add)) {
            files.on(started(startStep));
            for (TrainingEvent event : events) {
                files.on(event);
            }
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> walk = Files.walk(output.resolve("runs"))) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static Map<String, Float> scalars(EventReader.Message event) {
        Map<String, Float> scalars = new LinkedHashMap<>();
        for (EventReader.Message value : event.message(5).messages(1)) {
            scalars.put(value.text(1), (Float) value.get(2));
        }
        return scalars;
    }

    @Test
    void writesWhatHuggingFacesTrainerWritesUnderItsNames() throws IOException {
        double before = System.currentTimeMillis() / 1e3;
        run(
                0,
                logged(2, 1.5),
                new TrainingEvent.Evaluated(2, 0.5, 1.25, OptionalDouble.of(Math.exp(1.25)), 40, 0.25, Map.of()),
                new TrainingEvent.Finished(4, Duration.ofSeconds(3)));

        assertThat(files()).singleElement().satisfies(file -> {
            assertThat(file.getFileName().toString())
                    .matches("events\\.out\\.tfevents\\.\\d{10}\\.[\\w-]+\\."
                            + ProcessHandle.current().pid() + "\\.0");
            assertThat(file.getParent().getFileName().toString())
                    .matches("[A-Z][a-z]{2}\\d\\d_\\d\\d-\\d\\d-\\d\\d_[\\w-]+");
            List<EventReader.Message> events = EventReader.read(file);
            assertThat(events).hasSize(4).allSatisfy(event -> assertThat((Double) event.get(1))
                    .isBetween(before, before + 60));
            assertThat(events.get(0).text(3)).isEqualTo("brain.Event:2");
            assertThat(events.get(2).step()).isEqualTo(2);
            assertThat(scalars(events.get(2)))
                    .containsExactly(
                            Map.entry("train/loss", 1.5f),
                            Map.entry("train/grad_norm", 0.5f),
                            Map.entry("train/learning_rate", 2e-4f),
                            Map.entry("train/epoch", 0.5f),
                            Map.entry("train/num_input_tokens_seen", 600f),
                            Map.entry("train/tokens_per_second", 100f),
                            Map.entry("train/peak_memory_bytes", (float) (1L << 33)));
            assertThat(scalars(events.get(3)))
                    .containsExactly(
                            Map.entry("eval/loss", 1.25f),
                            Map.entry("eval/perplexity", (float) Math.exp(1.25)),
                            Map.entry("eval/runtime", 0.25f),
                            Map.entry("train/epoch", 0.5f));
        });
        assertThat(warnings).isEmpty();
    }

    @Test
    void showsTheConfigurationAsText() throws IOException {
        run(0);

        EventReader.Message text =
                EventReader.read(files().get(0)).get(1).message(5).message(1);
        assertThat(text.text(1)).isEqualTo("config/text_summary");
        assertThat(text.message(9).message(1).text(1)).isEqualTo("text");
        EventReader.Message tensor = text.message(8);
        assertThat(tensor.get(1)).as("DT_STRING").isEqualTo(7L);
        assertThat(tensor.message(2).message(2).get(1)).as("one string").isEqualTo(1L);
        assertThat(tensor.text(8)).isEqualTo("```yaml\nbase_model: m\n\n```");
    }

    @Test
    void aResumedRunGoesOnInTheSameFolderAndRevokesTheStepsThatItRepeats() throws IOException {
        run(0, logged(1, 4), logged(2, 3), logged(3, 2));
        run(2, logged(3, 2), logged(4, 1));

        List<Path> files = files();
        assertThat(files).hasSize(2);
        assertThat(files.get(0).getParent()).isEqualTo(files.get(1).getParent());
        List<EventReader.Message> second = EventReader.read(files.get(1));
        assertThat(second.get(0).text(3)).isEqualTo("brain.Event:2");
        assertThat(second.get(1).step()).as("first step revoked").isEqualTo(3);
        assertThat(second.get(1).message(7).get(1)).as("START").isEqualTo(1L);
        assertThat(second.stream().skip(2).map(EventReader.Message::step)).containsExactly(3L, 4L);
    }

    @Test
    void aNewRunBeginsAFolderOfItsOwn() throws IOException {
        run(0, logged(1, 4));
        run(0, logged(1, 4));

        List<Path> files = files();
        assertThat(files).hasSize(2);
        assertThat(files.get(0).getParent()).isNotEqualTo(files.get(1).getParent());
        assertThat(EventReader.read(files.get(1))).noneMatch(event -> event.has(7));
    }

    @Test
    void aFileThatCannotBeWrittenIsToldOnceAndStopsNothing() throws IOException {
        Files.writeString(output.resolve("runs"), "a file where the folder should be");

        run(0, logged(1, 4), logged(2, 3));

        assertThat(warnings).singleElement().asString().startsWith("no more events for TensorBoard: ");
    }

    /** CRC-32C of "123456789" is e3069283 (RFC 3720, B.4); so the checksums of the reader are those of the format. */
    @Test
    void aRecordIsFramedWithMaskedChecksums() throws IOException {
        Path file = output.resolve("one");
        try (RecordFile record = new RecordFile(file)) {
            record.append("123456789".getBytes(StandardCharsets.US_ASCII));
        }

        byte[] bytes = Files.readAllBytes(file);
        int masked = (0xe3069283 >>> 15 | 0xe3069283 << 17) + 0xa282ead8;
        assertThat(bytes).hasSize(8 + 4 + 9 + 4).startsWith(9, 0, 0, 0, 0, 0, 0, 0);
        assertThat(bytes).endsWith((byte) masked, (byte) (masked >> 8), (byte) (masked >> 16), (byte) (masked >> 24));

        bytes[14] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> EventReader.read(file)).hasMessageContaining("checksum");
    }
}
