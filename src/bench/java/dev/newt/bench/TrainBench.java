package dev.newt.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.newt.adapter.Lora;
import dev.newt.adapter.LoraSettings;
import dev.newt.data.DataPosition;
import dev.newt.data.DataSettings;
import dev.newt.data.ExcessLengthStrategy;
import dev.newt.data.MicroBatch;
import dev.newt.data.Preparation;
import dev.newt.data.PreparedDataset;
import dev.newt.data.Progress;
import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.pack.BatchPlan;
import dev.newt.data.pack.BatchSettings;
import dev.newt.engine.djl.DjlEngine;
import dev.newt.model.Decoder;
import dev.newt.model.family.Families;
import dev.newt.model.load.DecoderLoader;
import dev.newt.model.load.WeightUse;
import dev.newt.optim.AdamWSettings;
import dev.newt.optim.LearningRateSchedule;
import dev.newt.run.SftModel;
import dev.newt.tensor.Engine;
import dev.newt.token.Tokenizer;
import dev.newt.train.BatchSource;
import dev.newt.train.Cadence;
import dev.newt.train.Resume;
import dev.newt.train.RunIdentity;
import dev.newt.train.StepData;
import dev.newt.train.StopRequest;
import dev.newt.train.TrainSettings;
import dev.newt.train.Trainer;
import dev.newt.train.TrainingEvent;
import dev.newt.weights.ModelDirectory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * How fast LoRA fine-tuning is, and how much memory it takes: the real trainer on rows of instruction, input and output. Every optimizer
 * step reads the next rows in the order of the file, whether they are packed or not.
 */
public final class TrainBench {
    private static final int MOST_MICRO_BATCHES = 1 << 20;
    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private final BenchOptions options;
    private final List<TrainingEvent.StepDone> measured = new ArrayList<>();
    private long faults;
    private long measuredSince;
    private double measuredSeconds;
    private long cpuSince;
    private double cpuSeconds;

    private TrainBench(BenchOptions options) {
        this.options = options;
    }

    /** Options: see {@link BenchOptions}; {@code docs/benchmarks.md} shows them at work. */
    public static void main(String[] arguments) throws Exception {
        new TrainBench(BenchOptions.parse(arguments)).run();
    }

    private void run() throws IOException {
        Path folder = Files.createTempDirectory("newt-bench");
        try (DjlEngine real = options.threads() > 0 ? DjlEngine.create(options.threads()) : DjlEngine.create()) {
            Optional<TimedEngine> timed = options.profile() ? Optional.of(new TimedEngine(real)) : Optional.empty();
            Engine engine = timed.map(TimedEngine::engine).orElse(real);
            PreparedDataset data = data(folder);
            try (Decoder base = load(engine);
                    Lora lora = Lora.initialise(base, lora(), engine, 0)) {
                train(engine, lora, data, folder, timed);
            }
            report(real, timed);
        } finally {
            try (Stream<Path> left = Files.walk(folder)) {
                left.sorted(Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
    }

    private PreparedDataset data(Path folder) {
        DataSettings settings = new DataSettings(
                List.of(DatasetSettings.of(options.data().toString(), "alpaca")),
                List.of(),
                0,
                false,
                options.sequenceLen(),
                DataSettings.MIN_SAMPLE_LEN,
                ExcessLengthStrategy.TRUNCATE,
                options.packing(),
                0,
                2,
                folder.resolve("prepared"),
                Path::of);
        try (Tokenizer tokenizer = Tokenizer.open(options.model())) {
            return Preparation.prepare(settings, tokenizer, Progress.NONE).train();
        }
    }

    private Decoder load(Engine engine) {
        try (ModelDirectory directory = ModelDirectory.open(options.model())) {
            return DecoderLoader.load(
                    Families.read(options.model().resolve("config.json")),
                    directory,
                    engine,
                    options.dtype(),
                    slot -> WeightUse.FROZEN);
        }
    }

    private LoraSettings lora() {
        return new LoraSettings(
                options.rank(), options.alpha(), 0, false, false, LoraSettings.Targets.ALL_LINEAR, List.of());
    }

    private void train(Engine engine, Lora lora, PreparedDataset data, Path folder, Optional<TimedEngine> timed) {
        SftModel model =
                new SftModel(engine, lora.decoder(), lora.trainable(), options.checkpointing(), new NoOutputs());
        TrainSettings settings = new TrainSettings(
                folder,
                RunIdentity.named("bench"),
                0,
                1,
                OptionalLong.of(options.warmup() + (long) options.steps()),
                new LearningRateSchedule.Settings(
                        LearningRateSchedule.Kind.CONSTANT, 2e-4, OptionalLong.of(0), OptionalDouble.empty(), 0),
                new AdamWSettings(0.9, 0.999, 1e-8, 0),
                OptionalDouble.of(1),
                1,
                new Cadence.Never(),
                new Cadence.Never(),
                OptionalInt.empty(),
                new Resume.Fresh(),
                Optional.empty(),
                OptionalInt.empty());
        new Trainer(engine, model, new Steps(options, data), List.of(), settings, new StopRequest(), List.of(event -> {
                    if (event instanceof TrainingEvent.StepDone done) {
                        step(done, timed);
                    }
                }))
                .run();
    }

    private void step(TrainingEvent.StepDone done, Optional<TimedEngine> timed) {
        System.out.printf(
                Locale.ROOT,
                "step %d loss %.5f norm %.4f %.3f s, %d tokens, %d trained%n",
                done.step() - 1,
                done.loss(),
                done.gradNorm(),
                done.seconds(),
                done.tokens(),
                done.trainedTokens());
        if (done.step() == options.warmup()) {
            timed.ifPresent(TimedEngine::reset);
            faults = ProcessMemory.pageFaults();
            cpuSince = PROCESS.getProcessCpuTime();
            measuredSince = System.nanoTime();
        } else if (done.step() > options.warmup()) {
            measured.add(done);
            measuredSeconds = (System.nanoTime() - measuredSince) / 1e9;
            cpuSeconds = (PROCESS.getProcessCpuTime() - cpuSince) / 1e9;
        }
    }

    private void report(DjlEngine engine, Optional<TimedEngine> timed) throws IOException {
        double seconds =
                measured.stream().mapToDouble(TrainingEvent.StepDone::seconds).sum();
        double[] sorted = measured.stream()
                .mapToDouble(TrainingEvent.StepDone::seconds)
                .sorted()
                .toArray();
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        long tokens =
                measured.stream().mapToLong(TrainingEvent.StepDone::tokens).sum();
        long trained = measured.stream()
                .mapToLong(TrainingEvent.StepDone::trainedTokens)
                .sum();
        timed.ifPresent(engines -> System.out.print(engines.table(measuredSeconds, measured.size())));
        System.out.printf(
                Locale.ROOT,
                "%s; tensors %d MiB at most, %.0f page faults a step%n",
                engine.description(),
                engine.peakBytes() >> 20,
                (double) (ProcessMemory.pageFaults() - faults) / measured.size());
        String json = String.format(
                Locale.ROOT,
                "{\"sec_per_step\": %.4f, \"cpu_sec_per_step\": %.4f, \"tokens_per_s\": %.2f, \"trained_tokens_per_s\": %.2f, \"peak_mib\": %.1f}",
                median,
                cpuSeconds / measured.size(),
                tokens / seconds,
                trained / seconds,
                ProcessMemory.peakMebibytes());
        System.out.println(json);
        if (options.json().isPresent()) {
            Files.writeString(options.json().get(), json);
        }
    }

    /** The next rows of the file for every step, as one epoch's plan of just these rows. */
    private record Steps(BenchOptions options, PreparedDataset data) implements BatchSource {
        @Override
        public long stepsPerEpoch() {
            return options.warmup() + (long) options.steps();
        }

        @Override
        public StepData step(long globalStep, DataPosition position) {
            int[] lengths = data.lengths();
            int[] rows = new int[options.rows()];
            int[] ofRows = new int[rows.length];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = (int) ((globalStep * rows.length + i) % data.size());
                ofRows[i] = lengths[rows[i]];
            }
            BatchSettings settings = new BatchSettings(
                    options.microBatch(),
                    MOST_MICRO_BATCHES,
                    options.sequenceLen(),
                    options.packing(),
                    options.rows(),
                    false,
                    false,
                    0);
            List<MicroBatch> microBatches = new BatchPlan(ofRows, settings)
                    .microBatches(0, 0).stream()
                            .map(batch -> data.microBatch(
                                    Arrays.stream(batch).map(i -> rows[i]).toArray()))
                            .toList();
            return new StepData(microBatches, position);
        }
    }

    /** Nothing is taken away from a measurement. */
    private static final class NoOutputs implements SftModel.Outputs {
        @Override
        public void save(Path directory) {}

        @Override
        public long bytes() {
            return 0;
        }
    }
}
