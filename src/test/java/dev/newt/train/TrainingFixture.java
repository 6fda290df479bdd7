package dev.newt.train;

import dev.newt.data.MicroBatch;
import dev.newt.optim.AdamWSettings;
import dev.newt.optim.LearningRateSchedule;
import dev.newt.optim.OptimizerSettings;
import dev.newt.report.MetricsFile;
import dev.newt.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One run over a directory: a bigram model, 5 steps an epoch of 3 micro batches, 2 epochs unless said otherwise. */
final class TrainingFixture {
    static final long STEPS = 10;

    private final Engine engine;
    final Path directory;
    final List<TrainingEvent> events = new ArrayList<>();
    final StopRequest stop = new StopRequest();

    long maxSteps = STEPS;
    String planHash = "plan-a";
    double peak = 0.05;
    OptimizerSettings optimizer = new AdamWSettings(0.9, 0.999, 1e-8, 0.01);
    OptionalDouble maxGradNorm = OptionalDouble.of(0.5);
    int loggingSteps = 1;
    Cadence evaluation = new Cadence.EverySteps(3);
    Cadence saving = new Cadence.EverySteps(2);
    OptionalInt saveTotalLimit = OptionalInt.empty();
    Resume resume = new Resume.Fresh();
    Optional<TrainSettings.Watchdog> watchdog = Optional.empty();
    BatchSource data = new BigramData(5, 3, 1);
    UnaryOperator<StepModel> wrapper = UnaryOperator.identity();
    TrainingListener listener = event -> {};
    byte[] weights = new byte[0];

    TrainingFixture(Engine engine, Path directory) {
        this.engine = engine;
        this.directory = directory;
    }

    TrainingResult run() {
        TrainSettings settings = new TrainSettings(
                directory,
                RunIdentity.named(planHash),
                42,
                1,
                OptionalLong.of(maxSteps),
                new LearningRateSchedule.Settings(
                        LearningRateSchedule.Kind.COSINE, peak, OptionalLong.of(2), OptionalDouble.empty(), 0),
                optimizer,
                maxGradNorm,
                loggingSteps,
                evaluation,
                saving,
                saveTotalLimit,
                resume,
                watchdog,
                OptionalInt.empty());
        List<MicroBatch> evaluationData = BigramData.evaluation();
        try (BigramModel model = new BigramModel(engine);
                MetricsFile metrics = new MetricsFile(directory)) {
            try {
                return new Trainer(
                                engine,
                                wrapper.apply(model),
                                data,
                                evaluationData,
                                settings,
                                stop,
                                List.of(metrics, events::add, listener))
                        .run();
            } finally {
                weights = model.bits();
            }
        }
    }

    /** The lines of metrics.jsonl without what depends on the clock. */
    static List<String> metrics(Path directory) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve(MetricsFile.FILE_NAME))) {
            ObjectNode node = (ObjectNode) JsonMapper.shared().readTree(line);
            node.remove(List.of(
                    "tokens_per_second",
                    "trained_tokens_per_second",
                    "elapsed_seconds",
                    "eval_seconds",
                    "peak_memory_bytes"));
            lines.add(node.toString());
        }
        return lines;
    }

    List<String> checkpoints() throws IOException {
        try (var children = Files.list(directory)) {
            return children.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("checkpoint-"))
                    .sorted()
                    .toList();
        }
    }

    <E extends TrainingEvent> List<E> heard(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    static void copy(Path from, Path to) throws IOException {
        try (var walk = Files.walk(from)) {
            for (Path file : walk.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
