package dev.newt.report;

import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import dev.newt.train.TrainingEvent;
import dev.newt.train.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * metrics.jsonl in a run's directory: one JSON object for each logged step ({@code "kind":"train"}) or evaluation ({@code "kind":"eval"}), on
 * disk as soon as it happens. A resumed run first drops the lines after its checkpoint, so that each step appears once.
 */
public final class MetricsFile implements TrainingListener, AutoCloseable {
    public static final String FILE_NAME = "metrics.jsonl";

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path file;
    private Optional<Writer> open = Optional.empty();

    public MetricsFile(Path outputDirectory) {
        this.file = outputDirectory.resolve(FILE_NAME);
    }

    @Override
    public void on(TrainingEvent event) {
        if (event instanceof TrainingEvent.Started started) {
            begin(started);
        } else if (event instanceof TrainingEvent.Logged logged) {
            append(line(logged));
        } else if (event instanceof TrainingEvent.Evaluated evaluated) {
            append(line(evaluated));
        } else if (event instanceof TrainingEvent.Finished
                || event instanceof TrainingEvent.Interrupted
                || event instanceof TrainingEvent.Failed) {
            close();
        }
    }

    private void begin(TrainingEvent.Started started) {
        close();
        StringBuilder kept = new StringBuilder();
        for (JsonNode line : started.startStep() == 0 ? List.<JsonNode>of() : read(file)) {
            long step = line.path("step").asLong(Long.MAX_VALUE);
            boolean toBeRepeated = step == started.startStep()
                    && started.evaluationPending()
                    && line.path("kind").asString("").equals("eval");
            if (step <= started.startStep() && !toBeRepeated) {
                kept.append(JSON.writeValueAsString(line)).append('\n');
            }
        }
        AtomicFiles.writeString(file, kept.toString());
        try {
            open = Optional.of(Files.newBufferedWriter(file, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** The file's lines, in order; none if it does not exist. A line cut short by a crash ends the list. */
    static List<JsonNode> read(Path file) {
        List<JsonNode> lines = new ArrayList<>();
        if (!Files.exists(file)) {
            return lines;
        }
        try {
            for (String line : Files.readAllLines(file)) {
                lines.add(JSON.readTree(line));
            }
        } catch (JacksonException e) {
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read", e);
        }
        return lines;
    }

    private static ObjectNode line(TrainingEvent.Logged event) {
        ObjectNode line = JSON.createObjectNode()
                .put("kind", "train")
                .put("step", event.step())
                .put("total_steps", event.totalSteps())
                .put("epoch", event.epoch())
                .put("loss", event.loss())
                .put("grad_norm", event.gradNorm())
                .put("learning_rate", event.learningRate())
                .put("tokens", event.totalTokens())
                .put("trained_tokens", event.totalTrainedTokens())
                .put("tokens_per_second", event.tokensPerSecond())
                .put("trained_tokens_per_second", event.trainedTokensPerSecond())
                .put("elapsed_seconds", event.elapsedSeconds())
                .put("peak_memory_bytes", event.peakBytes());
        event.metrics().forEach(line::put);
        return line;
    }

    private static ObjectNode line(TrainingEvent.Evaluated event) {
        ObjectNode line = JSON.createObjectNode()
                .put("kind", "eval")
                .put("step", event.step())
                .put("epoch", event.epoch())
                .put("eval_loss", event.loss());
        event.perplexity().ifPresent(value -> line.put("eval_perplexity", value));
        line.put("eval_trained_tokens", event.trainedTokens()).put("eval_seconds", event.seconds());
        event.metrics().forEach((name, value) -> line.put("eval_" + name, value));
        return line;
    }

    private void append(ObjectNode line) {
        Writer writer = open.orElseThrow(() -> new IllegalStateException("the run has not started"));
        try {
            writer.write(JSON.writeValueAsString(line));
            writer.write('\n');
            writer.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void close() {
        Optional<Writer> writer = open;
        open = Optional.empty();
        if (writer.isPresent()) {
            try {
                writer.get().close();
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    private UserException failure(IOException e) {
        return AtomicFiles.failure(file, e);
    }
}
