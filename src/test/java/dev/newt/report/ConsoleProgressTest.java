package dev.newt.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.train.TrainingEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();

    private String output(boolean terminal, List<TrainingEvent> events, long nanosPerEvent) {
        try (ConsoleProgress progress =
                new ConsoleProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal, nanos::get)) {
            for (TrainingEvent event : events) {
                progress.on(event);
                nanos.addAndGet(nanosPerEvent);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void writesFewPlainLinesWhereThereIsNoTerminal() {
        String text = output(false, HtmlReportTest.events(100, 4), 1_000_000_000L);
        List<String> lines = text.lines().toList();
        assertThat(lines.get(0)).isEqualTo("training: 100 steps, 100 an epoch, 10 trainable parameters, on a device");
        // The first, one every ten seconds, and the last.
        assertThat(lines.stream().filter(line -> line.startsWith("step ") && line.contains("learning rate")))
                .hasSize(11);
        assertThat(text).contains("step 100/100, epoch 1.00: loss 0.0400, gradient norm 0.500, learning rate 2.00e-06");
        assertThat(text).contains("step 100: evaluation loss 2.0000, perplexity 7.39, over 40 tokens");
        assertThat(lines.get(lines.size() - 1)).isEqualTo("finished 100 steps in 3.0 s");
        assertThat(text).doesNotContain("\r", "\u001b");
    }

    @Test
    void writesTheObjectivesMetricsOnALineOfTheirOwn() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("rewards/chosen", 0.0123456);
        metrics.put("rewards/margins", -0.5);
        metrics.put("logps/chosen", -123.456);
        String text = output(
                false,
                List.of(
                        new TrainingEvent.Logged(4, 4, 1, 0.5, 0.5, 1e-4, 20, 10, 20, 10, 1, 1000, metrics),
                        new TrainingEvent.Evaluated(4, 1, 0.25, OptionalDouble.empty(), 40, 1, metrics)),
                1);
        assertThat(text.lines())
                .containsExactly(
                        "step 4/4, epoch 1.00: loss 0.5000, gradient norm 0.500, learning rate 0.000100, 20.0 tokens/s, 0.0 s left",
                        "  rewards/chosen 0.0123, rewards/margins -0.500, logps/chosen -123",
                        "step 4: evaluation loss 0.2500, over 40 tokens in 1.0 s",
                        "  rewards/chosen 0.0123, rewards/margins -0.500, logps/chosen -123");
    }

    @Test
    void saysWhereAResumedRunBeginsAndAnInterruptedOneEnded() {
        String text = output(
                false,
                List.of(
                        new TrainingEvent.Started(Path.of("out"), 40, false, 100, 50, 1_234_567, "a device"),
                        new TrainingEvent.Warning("the disk is slow"),
                        new TrainingEvent.Interrupted(44, Path.of("out/checkpoint-44"))),
                1);
        assertThat(text.lines())
                .containsExactly(
                        "resuming after step 40 of 100, 50 an epoch, 1,234,567 trainable parameters, on a device",
                        "warning: the disk is slow",
                        "interrupted after step 44; resume from out/checkpoint-44");
    }

    @Test
    void drawsABarWithLossSpeedAndTimeLeftOnATerminal() {
        String text = output(
                true,
                List.of(
                        new TrainingEvent.Started(Path.of("out"), 0, false, 4, 4, 10, "a device"),
                        new TrainingEvent.StepDone(3, 4, 0.75, 1.25, 0.5, 1e-4, 20, 10, 1, 20, 90, 1000, Map.of()),
                        new TrainingEvent.Interrupted(3, Path.of("out/checkpoint-3"))),
                1);
        assertThat(text).contains("3/4", "loss 1.2500", "20.0 tok/s", "1:30 min left", "interrupted after step 3");
    }
}
