package dev.newt.plan;

import dev.newt.config.LoadedConfig;
import dev.newt.config.yaml.Problem;
import dev.newt.config.yaml.ProblemException;
import dev.newt.data.pack.BatchSettings;
import dev.newt.io.UserException;
import dev.newt.model.DecoderSpec;
import dev.newt.model.family.ModelConfig;
import dev.newt.plan.ExecutionPlan.Batch;
import dev.newt.plan.ExecutionPlan.Compute;
import dev.newt.plan.ExecutionPlan.Method;
import dev.newt.plan.ExecutionPlan.Model;
import dev.newt.plan.ExecutionPlan.Optimizer;
import dev.newt.plan.RunSettings.ModelSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Turns settings into a plan, whether a configuration or a program made them. */
public final class Planner {
    private final RunSettings settings;
    private final Device device;
    private final List<String> warnings = new ArrayList<>();

    private Planner(RunSettings settings, Device device) {
        this.settings = settings;
        this.device = device;
    }

    /**
     * A plan for this machine.
     *
     * @throws UserException where the model or the data do not fit, one line for each problem, with the place in the file
     * @throws ModelNotFetchedException where nothing is known of a model on the hub before it is fetched
     */
    public static ExecutionPlan plan(LoadedConfig loaded) {
        return plan(loaded, Device.here());
    }

    /** A plan for a device, which need not be there. */
    public static ExecutionPlan plan(LoadedConfig loaded, Device device) {
        return plan(loaded, device, true);
    }

    /**
     * As {@link #plan(LoadedConfig, Device)}, of settings that a program made.
     *
     * @throws UserException where the model or the data do not fit, one line for each problem
     * @throws ModelNotFetchedException where nothing is known of a model on the hub before it is fetched
     */
    public static ExecutionPlan plan(RunSettings settings, Device device) {
        return new Planner(settings, device).plan(true);
    }

    /**
     * As {@link #plan(LoadedConfig)}, to use what was trained: that nothing is replaced, and that all is there that training needs, is not
     * asked, and rows are not counted.
     */
    public static ExecutionPlan planOfTrained(LoadedConfig loaded) {
        SettingsReader.Reading reading = readable(loaded, false);
        return new Planner(reading.settings().orElseThrow(), Device.here())
                .planOfTrained(reading.asked(), new MemoryRemarks(loaded.config()));
    }

    /** As {@link #planOfTrained(LoadedConfig)}, of settings that a program made. */
    public static ExecutionPlan planOfTrained(RunSettings settings) {
        return new Planner(settings, Device.here()).planOfTrained(PlannedParts.Asked.of(settings), MemoryRemarks.NONE);
    }

    /** As {@link #plan(LoadedConfig, Device)}, from config.json alone: whether weights and tokenizer are there is not asked. */
    public static ExecutionPlan planByShape(LoadedConfig loaded, Device device) {
        return plan(loaded, device, false);
    }

    /**
     * All that can be said against the model of a configuration whose other keys may be wrong.
     *
     * @see dev.newt.config.ConfigFile#load(Path, List, Function)
     */
    public static List<Problem> modelProblems(LoadedConfig loaded) {
        List<UserException> errors = new ArrayList<>();
        try {
            ModelSource model = SettingsReader.model(loaded);
            errors.addAll(ModelFiles.problems(model, loaded::error, PlannedModel.of(model, loaded::error)));
        } catch (ModelNotFetchedException e) {
            return List.of(); // Nothing can be said.
        } catch (UserException e) {
            errors.add(e);
        }
        return errors.stream()
                .flatMap(error -> error instanceof ProblemException told ? told.problems().stream() : Stream.empty())
                .toList();
    }

    /** The memory alone: neither the model nor the data are looked for. */
    static ExecutionPlan.Memory memory(LoadedConfig loaded, ModelConfig model, Device device) {
        RunSettings settings = SettingsReader.read(loaded);
        Planner planner = new Planner(settings, device);
        Method method = PlannedMethod.of(
                model,
                settings.adapter().map(RunSettings.Adapter::lora),
                settings.baseNf4(),
                settings.origin().places());
        return planner.memory(model, method, planner.compute(), planner.batch(model.spec()));
    }

    /**
     * Refuses what {@link #plan(LoadedConfig)} refuses, and gives its warnings, but counts and prices nothing.
     *
     * @throws UserException as {@link #plan(LoadedConfig)}
     */
    public static List<String> check(LoadedConfig loaded) {
        SettingsReader.Reading reading = readable(loaded, true);
        return new Planner(reading.settings().orElseThrow(), Device.here())
                .check(reading.asked(), new MemoryRemarks(loaded.config()));
    }

    /** As {@link #check(LoadedConfig)}, of settings that a program made. */
    public static List<String> check(RunSettings settings) {
        return new Planner(settings, Device.here()).check(PlannedParts.Asked.of(settings), MemoryRemarks.NONE);
    }

    private static ExecutionPlan plan(LoadedConfig loaded, Device device, boolean checksFiles) {
        SettingsReader.Reading reading = readable(loaded, checksFiles);
        return new Planner(reading.settings().orElseThrow(), device)
                .plan(reading.asked(), checksFiles, new MemoryRemarks(loaded.config()));
    }

    private static SettingsReader.Reading readable(LoadedConfig loaded, boolean checksFiles) {
        SettingsReader.Reading reading = SettingsReader.attempt(loaded);
        if (reading.settings().isEmpty()) {
            List<UserException> errors = new ArrayList<>(reading.errors());
            errors.addAll(new PlannedParts(reading.asked(), checksFiles).errors());
            throw ProblemException.joined(errors);
        }
        return reading;
    }

    private ExecutionPlan plan(boolean checksFiles) {
        return plan(PlannedParts.Asked.of(settings), checksFiles, MemoryRemarks.NONE);
    }

    private ExecutionPlan plan(PlannedParts.Asked asked, boolean checksFiles, MemoryRemarks remarks) {
        return build(usable(asked, checksFiles), remarks, true);
    }

    private ExecutionPlan planOfTrained(PlannedParts.Asked asked, MemoryRemarks remarks) {
        return build(usable(asked, false), remarks, false);
    }

    private List<String> check(PlannedParts.Asked asked, MemoryRemarks remarks) {
        PlannedParts parts = usable(asked, true);
        ModelConfig model = parts.model().config();
        batch(model.spec());
        warn(parts, remarks, compute());
        return List.copyOf(warnings);
    }

    private void warn(PlannedParts parts, MemoryRemarks remarks, Compute compute) {
        warnings.addAll(remarks.of(parts.model().config(), parts.method(), compute));
        warnings.addAll(parts.files().remarks());
    }

    private static PlannedParts usable(PlannedParts.Asked asked, boolean checksFiles) {
        PlannedParts parts = new PlannedParts(asked, checksFiles);
        if (!parts.errors().isEmpty()) {
            throw ProblemException.joined(parts.errors());
        }
        if (parts.absent().isPresent()) {
            throw parts.absent().get().with(parts.files().remarks());
        }
        return parts;
    }

    private ExecutionPlan build(PlannedParts parts, MemoryRemarks remarks, boolean counts) {
        ModelConfig model = parts.model().config();
        Method method = parts.method();
        Compute compute = compute();
        Batch batch = batch(model.spec());
        PlannedData data = new PlannedData(settings, parts.files());
        warn(parts, remarks, compute);
        return new ExecutionPlan(
                PlanHash.of(settings, model.spec(), compute),
                model(parts.model()),
                method,
                device,
                compute,
                batch,
                counts ? data.steps(batch) : data.uncountedSteps(),
                optimizer(),
                PlannedSchedule.of(settings),
                data.files(),
                memory(model, method, compute, batch),
                WorkEstimate.of(model, method, compute, batch, settings.comparesWithReference()),
                List.copyOf(warnings),
                HashedSettings.of(settings, model.spec(), compute),
                settings);
    }

    private ExecutionPlan.Memory memory(ModelConfig model, Method method, Compute compute, Batch batch) {
        return new MemoryEstimate(
                        model,
                        method,
                        compute,
                        batch,
                        device,
                        settings.model().drawnAtRandom(),
                        settings.comparesWithReference(),
                        settings.optimizer())
                .memory();
    }

    private Model model(PlannedModel found) {
        ModelConfig model = found.config();
        DecoderSpec spec = model.spec();
        Map<String, Long> byPart = new TreeMap<>();
        model.tensors()
                .parametersByPart()
                .forEach((part, count) -> byPart.put(part.name().toLowerCase(Locale.ROOT), count));
        return new Model(
                settings.model().name(),
                found.source(),
                found.folder().map(Path::toString),
                model.family(),
                spec.layers(),
                spec.hidden(),
                spec.vocabulary(),
                spec.maxPositions(),
                spec.tiedHead(),
                settings.model().drawnAtRandom(),
                model.tensors().parameters(),
                model.tensors().activeParameters(),
                byPart);
    }

    private Compute compute() {
        Optional<Boolean> asked = settings.computation().bf16();
        boolean fast = device.multipliesBf16();
        String what = device.processor() ? "the processor" : device.name();
        String reason = asked.map(written -> "bf16: " + written)
                .orElse("bf16: auto, and " + what + (fast ? " multiplies bfloat16" : " does not multiply bfloat16"));
        return new Compute(
                asked.orElse(fast) ? "bf16" : "fp32",
                reason,
                settings.baseNf4(),
                settings.computation().gradientCheckpointing());
    }

    private Batch batch(DecoderSpec spec) {
        BatchSettings batches = settings.batches();
        // That of the batches has room for both answers of a pair.
        int sequenceLen = settings.data().sequenceLen();
        if (sequenceLen > spec.maxPositions()) {
            warnings.add("sequence_len is " + sequenceLen + ", but the model was made for " + spec.maxPositions()
                    + " tokens; expect poor results on longer rows");
        }
        int rows = Math.multiplyExact(batches.microBatchSize(), batches.gradientAccumulationSteps());
        return new Batch(
                settings.data().groupSize(),
                sequenceLen,
                batches.samplePacking(),
                settings.evaluationBatches().samplePacking(),
                batches.microBatchSize(),
                batches.gradientAccumulationSteps(),
                rows,
                (long) rows * batches.sequenceLen());
    }

    private Optimizer optimizer() {
        return new Optimizer(
                settings.optimizer().name(),
                settings.optimizer().constants(),
                settings.learningRate().peak(),
                settings.learningRate().kind().name().toLowerCase(Locale.ROOT),
                settings.maxGradNorm());
    }
}
