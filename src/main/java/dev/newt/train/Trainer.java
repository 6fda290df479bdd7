package dev.newt.train;

import dev.newt.data.MicroBatch;
import dev.newt.io.AtomicFiles;
import dev.newt.optim.Gradients;
import dev.newt.optim.LearningRateSchedule;
import dev.newt.optim.Optimizer;
import dev.newt.ranks.Ranks;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Keys;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Trains a model: optimizer steps over its data, each of one or more micro batches, with evaluations and checkpoints between them, as
 * Hugging Face's Trainer does it. A run that was stopped and resumed gives the same numbers bit for bit as one that was not.
 */
public final class Trainer {
    private final Engine engine;
    private final StepModel model;
    private final BatchSource data;
    private final List<MicroBatch> evaluationData;
    private final TrainSettings settings;
    private final StopRequest stop;
    private final Ranks ranks;
    private final List<TrainingListener> listeners;

    private final long stepsPerEpoch;
    private final long totalSteps;
    private final LearningRateSchedule schedule;
    private final Checkpoints checkpoints;
    private final LossGuard guard;
    private final Pace pace = new Pace();

    private RunState state = RunState.atStart();
    private double lastGradNorm;
    private double lastLearningRate;
    private OptionalDouble evaluationLoss = OptionalDouble.empty();
    private Optional<Path> savedNow = Optional.empty();

    /**
     * @param evaluationData may be empty: then nothing is evaluated
     * @param stop ends the run after the micro batch at hand, with a checkpoint
     * @param listeners hear every event, in this order
     */
    public Trainer(
            Engine engine,
            StepModel model,
            BatchSource data,
            List<MicroBatch> evaluationData,
            TrainSettings settings,
            StopRequest stop,
            List<TrainingListener> listeners) {
        this(engine, model, data, evaluationData, settings, stop, Ranks.ALONE, listeners);
    }

    /** @param ranks who train together; {@code data} and {@code evaluationData} are this rank's part, of as many micro batches on each */
    Trainer(
            Engine engine,
            StepModel model,
            BatchSource data,
            List<MicroBatch> evaluationData,
            TrainSettings settings,
            StopRequest stop,
            Ranks ranks,
            List<TrainingListener> listeners) {
        this.engine = engine;
        this.model = model;
        this.data = data;
        this.evaluationData = evaluationData;
        this.settings = settings;
        this.stop = stop;
        this.ranks = ranks;
        this.listeners = List.copyOf(listeners);
        this.stepsPerEpoch = data.stepsPerEpoch();
        this.totalSteps = settings.totalSteps(stepsPerEpoch);
        this.schedule = settings.schedule().over(totalSteps);
        this.checkpoints = new Checkpoints(engine, settings.outputDirectory(), settings.identity());
        this.guard = new LossGuard(settings.watchdog());
    }

    /**
     * Runs to the end, or until it is asked to stop.
     *
     * @throws TrainingFailedException where the loss breaks down
     * @throws dev.newt.io.UserException where the disk cannot hold what the run writes, or a checkpoint cannot be resumed
     */
    public TrainingResult run() {
        long start = System.nanoTime();
        try (Optimizer optimizer = settings.optimizer().create(engine, model.trainable())) {
            AtomicFiles.removeLeftovers(settings.outputDirectory());
            begin(optimizer);
            boolean whole = train(optimizer);
            if (!whole) {
                Path checkpoint = savedNow.orElseGet(() -> save(optimizer));
                tell(new TrainingEvent.Interrupted(state.step(), checkpoint));
                return new TrainingResult(TrainingResult.Status.INTERRUPTED, state.step(), evaluationLoss);
            }
            writeOutputs();
            tell(new TrainingEvent.Finished(state.step(), Duration.ofNanos(System.nanoTime() - start)));
            return new TrainingResult(TrainingResult.Status.FINISHED, state.step(), evaluationLoss);
        } catch (RuntimeException e) {
            tellFailure(e);
            throw e;
        }
    }

    private void begin(Optimizer optimizer) {
        Optional<Path> from = resumedCheckpoint();
        from.ifPresent(directory -> state = checkpoints.load(directory, model, optimizer));
        if (from.isEmpty() && !checkpoints.all().isEmpty()) {
            tell(new TrainingEvent.Warning(settings.outputDirectory()
                    + " holds checkpoints of an earlier run. This run starts at step 0 and replaces those whose steps it"
                    + " reaches; the others stay."));
        }
        savedNow = from.filter(directory -> isSame(directory, checkpoints.directory(state.step())));
        requireDiskSpace(Checkpoints.bytes(model, optimizer));
        tell(new TrainingEvent.Started(
                settings.outputDirectory(),
                state.step(),
                state.evaluationPending(),
                totalSteps,
                stepsPerEpoch,
                model.trainable().stream()
                        .mapToLong(parameter -> parameter.shape().elements())
                        .sum(),
                engine.description()));
    }

    private Optional<Path> resumedCheckpoint() {
        Resume resume = settings.resume();
        if (resume instanceof Resume.From from) {
            return Optional.of(from.checkpoint());
        }
        return resume instanceof Resume.Latest
                ? checkpoints.latest(message -> tell(new TrainingEvent.Warning(message)))
                : Optional.empty();
    }

    /** One more than are kept: the oldest goes only when the newest is whole. */
    private void requireDiskSpace(long checkpointBytes) {
        long interval = interval(settings.saving());
        long saves = interval == 0 ? 0 : (totalSteps + interval - 1) / interval - state.step() / interval;
        long kept = settings.saveTotalLimit().isPresent()
                ? Math.min(saves, settings.saveTotalLimit().getAsInt())
                : saves;
        long present = Math.min(kept, checkpoints.own(state.step()).size());
        DiskSpace.require(settings.outputDirectory(), kept + 1 - present, checkpointBytes, model.outputBytes());
    }

    /** Returns whether all steps were done; if not, the state is that of the last whole step. */
    private boolean train(Optimizer optimizer) {
        if (state.evaluationPending() && !finishStep(optimizer, true)) {
            return false;
        }
        while (!isLast()) {
            OptionalDouble loss = step(optimizer);
            if (loss.isEmpty()) {
                return false;
            }
            if (isLast() || state.step() % settings.loggingSteps() == 0) {
                log();
            }
            state = guard.watch(state, loss.getAsDouble());
            if (!finishStep(optimizer, isDue(settings.evaluation()))) {
                return false;
            }
        }
        if (stopsEarly()) {
            if (state.sinceLog().tokens() > 0) {
                log();
            }
            tell(new TrainingEvent.Warning(String.format(
                    Locale.ROOT,
                    "stopped early after step %d of %d: the evaluation loss was not below %.4f in %d evaluations in a row"
                            + " (early_stopping_patience)",
                    state.step(),
                    totalSteps,
                    state.evaluations().get(0),
                    state.evaluationsWithoutProgress())));
        }
        return true;
    }

    private boolean stopsEarly() {
        OptionalInt patience = settings.earlyStoppingPatience();
        return patience.isPresent() && state.evaluationsWithoutProgress() >= patience.getAsInt();
    }

    /** Forward, backward and update. Returns the loss, or nothing where a request to stop came first: then nothing has changed. */
    private OptionalDouble step(Optimizer optimizer) {
        long start = System.nanoTime();
        long index = state.step();
        StepData stepData = data.step(index, state.data());
        List<MicroBatch> batches = stepData.microBatches();
        StepSums sums = StepSums.of(weight(batches));
        if (!(sums.weight() > 0)) {
            throw new IllegalArgumentException("no token of the step is trained");
        }
        double lossScale = 1.0 / sums.weight();
        for (int i = 0; i < batches.size(); i++) {
            if (ranks.agree(stop.isRequested())) {
                clearGradients();
                return OptionalDouble.empty();
            }
            long globalIndex = (long) ranks.rank() * batches.size() + i;
            long dropoutKey = Keys.mix(Keys.mix(settings.seed(), index), globalIndex);
            double batchLoss = model.forwardBackward(batches.get(i), lossScale, dropoutKey);
            sums = sums.plus(batchLoss, model.metrics());
        }
        long trainedTokens =
                batches.stream().mapToLong(MicroBatch::trainedTokens).sum();
        double loss = sums.meanLoss();

        model.trainable().forEach(this::requireGradient);
        List<Tensor> gradients = Gradients.of(model.trainable());
        double gradNorm = Gradients.norm(engine, gradients);
        LossGuard.requireFinite(index + 1, loss, gradNorm);
        settings.maxGradNorm().ifPresent(max -> Gradients.clip(engine, gradients, gradNorm, max));
        double learningRate = schedule.at(index);
        optimizer.step(learningRate);
        clearGradients();
        model.parametersChanged();

        long tokens = batches.stream().mapToLong(MicroBatch::tokens).sum();
        double seconds = (System.nanoTime() - start) / 1e9;
        state = state.afterStep(sums, tokens, trainedTokens, seconds, stepData.end());
        savedNow = Optional.empty();
        lastGradNorm = gradNorm;
        lastLearningRate = learningRate;
        pace.add(seconds, tokens);
        tell(new TrainingEvent.StepDone(
                state.step(),
                totalSteps,
                epoch(),
                loss,
                gradNorm,
                learningRate,
                tokens,
                trainedTokens,
                seconds,
                pace.tokensPerSecond(),
                pace.secondsFor(totalSteps - state.step()),
                engine.peakBytes(),
                sums.meanMetrics()));
        return OptionalDouble.of(loss);
    }

    private void log() {
        RunState.Window window = state.sinceLog();
        double seconds = Math.max(window.seconds(), 1e-9);
        tell(new TrainingEvent.Logged(
                state.step(),
                totalSteps,
                epoch(),
                window.summedLoss() / window.weight(),
                lastGradNorm,
                lastLearningRate,
                state.tokens(),
                state.trainedTokens(),
                window.tokens() / seconds,
                window.trainedTokens() / seconds,
                state.elapsedSeconds(),
                engine.peakBytes(),
                StepSums.means(window.metrics(), window.weight())));
        state = state.withEmptyWindow();
    }

    /** What is due between two steps. Returns whether the run goes on. */
    private boolean finishStep(Optimizer optimizer, boolean evaluationDue) {
        if (evaluationDue && !evaluate()) {
            return false;
        }
        // A checkpoint that this run began from is never replaced: while it is, a crash would leave none.
        if (isDue(settings.saving()) && savedNow.isEmpty()) {
            save(optimizer);
        }
        return true;
    }

    /** Returns false where a request to stop came first; the evaluation is then pending. */
    private boolean evaluate() {
        StepSums sums = StepSums.of(weight(evaluationData));
        if (sums.weight() == 0) {
            return true;
        }
        long trainedTokens =
                evaluationData.stream().mapToLong(MicroBatch::trainedTokens).sum();
        long start = System.nanoTime();
        for (MicroBatch batch : evaluationData) {
            if (ranks.agree(stop.isRequested())) {
                if (!state.evaluationPending()) {
                    state = state.withEvaluationPending(true);
                    savedNow = Optional.empty();
                }
                return false;
            }
            double batchLoss = model.evaluate(batch);
            sums = sums.plus(batchLoss, model.metrics());
        }
        double loss = sums.meanLoss();
        LossGuard.requireFiniteEvaluation(state.step(), loss);
        evaluationLoss = OptionalDouble.of(loss);
        state = state.withEvaluation(loss);
        tell(new TrainingEvent.Evaluated(
                state.step(),
                epoch(),
                loss,
                model.hasPerplexity() ? OptionalDouble.of(Math.exp(loss)) : OptionalDouble.empty(),
                trainedTokens,
                (System.nanoTime() - start) / 1e9,
                sums.meanMetrics()));
        return true;
    }

    private double weight(List<MicroBatch> batches) {
        return ranks.sum(batches.stream().mapToDouble(model::weight).sum());
    }

    private Path save(Optimizer optimizer) {
        long start = System.nanoTime();
        Path directory = checkpoints.save(state, model, optimizer);
        settings.saveTotalLimit().ifPresent(limit -> checkpoints.rotate(state.step(), limit));
        savedNow = Optional.of(directory);
        tell(new TrainingEvent.CheckpointSaved(state.step(), directory, (System.nanoTime() - start) / 1e9));
        return directory;
    }

    private void writeOutputs() {
        try {
            model.saveOutputs(settings.outputDirectory());
        } catch (IOException e) {
            throw AtomicFiles.failure(settings.outputDirectory(), e);
        }
    }

    /**
     * What no token of the step met, such as an expert that was never chosen, has a gradient of zero: it is decayed, and its moments go on. So it is
     * in transformers, where the experts of a layer are one tensor.
     */
    private void requireGradient(TrainableParameter parameter) {
        if (parameter.gradient().isEmpty()) {
            Tensor master = parameter.master();
            parameter.accumulate(engine.zeros(master.dtype(), master.shape()));
        }
    }

    private void clearGradients() {
        model.trainable().forEach(Parameter::clearGradient);
    }

    private boolean isLast() {
        return state.step() >= totalSteps || stopsEarly();
    }

    private boolean isDue(Cadence cadence) {
        long interval = interval(cadence);
        return interval > 0 && (isLast() || state.step() % interval == 0);
    }

    private long interval(Cadence cadence) {
        return cadence.interval(totalSteps, stepsPerEpoch, settings.effectiveEpochs(stepsPerEpoch));
    }

    private static boolean isSame(Path a, Path b) {
        return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
    }

    private double epoch() {
        return (double) state.step() / stepsPerEpoch;
    }

    private void tell(TrainingEvent event) {
        listeners.forEach(listener -> listener.on(event));
    }

    /** The failure itself matters more than a listener's trouble with it. */
    private void tellFailure(RuntimeException failure) {
        TrainingEvent event = new TrainingEvent.Failed(state.step(), String.valueOf(failure.getMessage()));
        for (TrainingListener listener : listeners) {
            try {
                listener.on(event);
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }
    }
}
