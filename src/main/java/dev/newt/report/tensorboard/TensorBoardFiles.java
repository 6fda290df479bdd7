package dev.newt.report.tensorboard;

import dev.newt.report.MetricNames;
import dev.newt.train.TrainingEvent;
import dev.newt.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Event files for TensorBoard under {@code output_dir/runs}, each event on disk as soon as it happens, with the tags of Hugging Face's
 * Trainer: {@code train/loss}, {@code eval/loss} and so on. A file that cannot be written is reported once, and the run continues without it.
 */
public final class TensorBoardFiles implements TrainingListener, AutoCloseable {
    private static final String EVALUATION = "eval_";

    private final Path outputDirectory;
    private final String configuration;
    private final Consumer<String> warnings;
    private Optional<RecordFile> open = Optional.empty();

    /**
     * @param configuration YAML without secrets, shown as text
     * @param warnings receives what went wrong
     */
    public TensorBoardFiles(Path outputDirectory, String configuration, Consumer<String> warnings) {
        this.outputDirectory = outputDirectory;
        this.configuration = configuration;
        this.warnings = warnings;
    }

    @Override
    public void on(TrainingEvent event) {
        if (event instanceof TrainingEvent.Started started) {
            begin(started.startStep());
        } else if (event instanceof TrainingEvent.Logged logged) {
            append(EventMessages.scalars(now(), logged.step(), tags(MetricNames.of(logged))));
        } else if (event instanceof TrainingEvent.Evaluated evaluated) {
            append(EventMessages.scalars(now(), evaluated.step(), tags(MetricNames.of(evaluated))));
        } else if (event instanceof TrainingEvent.Finished
                || event instanceof TrainingEvent.Interrupted
                || event instanceof TrainingEvent.Failed) {
            close();
        }
    }

    private void begin(long startStep) {
        close();
        boolean goesOn = startStep > 0;
        try {
            open = Optional.of(new RecordFile(LogFolder.newFile(outputDirectory, goesOn, Instant.now())));
        } catch (IOException e) {
            giveUp(e);
        }
        append(EventMessages.fileVersion(now()));
        append(
                goesOn
                        ? EventMessages.restart(now(), startStep + 1)
                        : EventMessages.text(now(), "config/text_summary", "```yaml\n" + configuration + "\n```"));
    }

    /** Hugging Face's names as its own callback for TensorBoard writes them. */
    private static Map<String, Double> tags(Map<String, Double> metrics) {
        Map<String, Double> tags = new LinkedHashMap<>();
        metrics.forEach((name, value) -> tags.put(
                name.startsWith(EVALUATION) ? "eval/" + name.substring(EVALUATION.length()) : "train/" + name, value));
        return tags;
    }

    private void append(byte[] event) {
        if (open.isPresent()) {
            try {
                open.get().append(event);
            } catch (IOException e) {
                giveUp(e);
            }
        }
    }

    private void giveUp(IOException e) {
        close();
        warnings.accept(
                "no more events for TensorBoard: " + e + "; the run continues, and its metrics are in metrics.jsonl");
    }

    private static double now() {
        return System.currentTimeMillis() / 1e3;
    }

    @Override
    public void close() {
        Optional<RecordFile> file = open;
        open = Optional.empty();
        if (file.isPresent()) {
            try {
                file.get().close();
            } catch (IOException e) {
                warnings.accept("TensorBoard's last events may be missing: " + e);
            }
        }
    }
}
