package dev.newt.plan;

import dev.newt.adapter.LoraSettings;
import dev.newt.adapter.LoraTargets;
import dev.newt.config.DataConfig;
import dev.newt.config.LoadedConfig;
import dev.newt.config.NewtConfig;
import dev.newt.config.Precision;
import dev.newt.config.SchedulerName;
import dev.newt.config.TrainingConfig;
import dev.newt.config.yaml.Problem;
import dev.newt.config.yaml.ProblemException;
import dev.newt.io.UserException;
import dev.newt.model.DecoderSpec;
import dev.newt.model.Role;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.objective.Objective;
import dev.newt.plan.ExecutionPlan.Batch;
import dev.newt.plan.ExecutionPlan.Compute;
import dev.newt.plan.ExecutionPlan.Lora;
import dev.newt.plan.ExecutionPlan.Method;
import dev.newt.plan.ExecutionPlan.Model;
import dev.newt.plan.ExecutionPlan.Optimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns a configuration into a plan. */
public final class Planner {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    private final LoadedConfig loaded;
    private final NewtConfig config;
    private final Device device;
    private final boolean checksFiles;
    private final List<String> warnings = new ArrayList<>();

    private Planner(LoadedConfig loaded, Device device, boolean checksFiles) {
        this.loaded = loaded;
        this.config = loaded.config();
        this.device = device;
        this.checksFiles = checksFiles;
    }

    /**
     * A plan for this machine.
     *
     * @throws UserException where the model or the data do not fit, one line for each problem, with the place in the file
     */
    public static ExecutionPlan plan(LoadedConfig loaded) {
        return plan(loaded, Device.here());
    }

    /**
     * As {@link #plan(LoadedConfig)}, to use what was trained: that nothing is replaced, and that all is there that training needs, is not
     * asked.
     */
    public static ExecutionPlan planOfTrained(LoadedConfig loaded) {
        return new Planner(loaded, Device.here(), false).plan();
    }

    /**
     * All that can be said against the model of a configuration whose other keys may be wrong.
     *
     * @see dev.newt.config.ConfigFile#load(Path, List, Function)
     */
    public static List<Problem> modelProblems(LoadedConfig loaded) {
        List<UserException> errors = new ArrayList<>();
        try {
            attempt(errors, () -> PlannedModel.of(loaded))
                    .ifPresent(found -> errors.addAll(ModelFiles.problems(loaded, found)));
        } catch (ModelNotFetchedException e) {
            return List.of(); // Nothing can be said.
        }
        return errors.stream()
                .flatMap(error -> error instanceof ProblemException told ? told.problems().stream() : Stream.empty())
                .toList();
    }

    /** A plan for a device, which need not be there. */
    public static ExecutionPlan plan(LoadedConfig loaded, Device device) {
        return new Planner(loaded, device, true).plan();
    }

    /** As {@link #plan(LoadedConfig, Device)}, from config.json alone: whether weights and tokenizer are there is not asked. */
    public static ExecutionPlan planByShape(LoadedConfig loaded, Device device) {
        return new Planner(loaded, device, false).plan();
    }

    /** The memory alone: neither the model nor the data are looked for. */
    static ExecutionPlan.Memory memory(LoadedConfig loaded, ModelConfig model, Device device) {
        Planner planner = new Planner(loaded, device, false);
        return planner.memory(model, planner.method(model), planner.compute(), planner.batch(model.spec()));
    }

    private ExecutionPlan.Memory memory(ModelConfig model, Method method, Compute compute, Batch batch) {
        return new MemoryEstimate(
                        model, method, compute, batch, device, config.model().reinitWeights(), compares())
                .memory();
    }

    /** Whether the objective wants a reference. */
    private boolean compares() {
        return PlannedObjective.of(config.preference())
                .filter(Objective::needsReference)
                .isPresent();
    }

    private ExecutionPlan plan() {
        List<UserException> errors = new ArrayList<>();
        Optional<ModelNotFetchedException> absent = Optional.empty();
        Optional<PlannedModel> model = Optional.empty();
        try {
            model = attempt(errors, () -> PlannedModel.of(loaded));
        } catch (ModelNotFetchedException e) {
            absent = Optional.of(e);
        }
        Optional<Method> method = model.flatMap(found -> attempt(errors, () -> method(found.config())));
        PlannedData data = new PlannedData(loaded);
        if (checksFiles) {
            model.ifPresent(found -> errors.addAll(ModelFiles.problems(loaded, found)));
            if (method.isPresent()) {
                PlannedModel found = model.orElseThrow();
                attempt(errors, () -> {
                    PlannedAdapter.require(loaded, found.config());
                    return found;
                });
            }
            errors.addAll(OutputPlaces.problems(loaded, model.flatMap(PlannedModel::folder), data.paths()));
        }
        errors.addAll(data.errors());
        if (!errors.isEmpty()) {
            throw ProblemException.joined(errors);
        }
        if (absent.isPresent()) {
            throw absent.get().with(data.remarks());
        }
        return build(model.orElseThrow(), method.orElseThrow(), data);
    }

    private static <T> Optional<T> attempt(List<UserException> errors, Supplier<T> part) {
        try {
            return Optional.of(part.get());
        } catch (ModelNotFetchedException e) {
            throw e;
        } catch (UserException e) {
            errors.add(e);
            return Optional.empty();
        }
    }

    private ExecutionPlan build(PlannedModel found, Method method, PlannedData data) {
        ModelConfig model = found.config();
        Compute compute = compute();
        Batch batch = batch(model.spec());
        warnings.addAll(MemoryRemarks.of(config, model, method, compute));
        warnings.addAll(data.remarks());
        RunSettings settings = SettingsReader.read(loaded);
        return new ExecutionPlan(
                PlanHash.of(settings, model.spec(), compute),
                model(found),
                method,
                device,
                compute,
                batch,
                data.steps(batch),
                optimizer(),
                PlannedSchedule.of(loaded),
                data.files(),
                memory(model, method, compute, batch),
                WorkEstimate.of(model, method, compute, batch, compares()),
                List.copyOf(warnings),
                settings);
    }

    private Model model(PlannedModel found) {
        ModelConfig model = found.config();
        DecoderSpec spec = model.spec();
        Map<String, Long> byPart = new TreeMap<>();
        model.tensors()
                .parametersByPart()
                .forEach((part, count) -> byPart.put(part.name().toLowerCase(Locale.ROOT), count));
        return new Model(
                config.model().baseModel(),
                found.source(),
                found.folder().map(Path::toString),
                model.family(),
                spec.layers(),
                spec.hidden(),
                spec.vocabulary(),
                spec.maxPositions(),
                spec.tiedHead(),
                config.model().reinitWeights(),
                model.tensors().parameters(),
                byPart);
    }

    private Method method(ModelConfig model) {
        Optional<LoraSettings> settings = PlannedAdapter.settings(loaded);
        if (settings.isEmpty()) {
            return new Method("full", model.tensors().parameters(), Optional.empty());
        }
        LoraSettings lora = settings.get();
        Map<String, TensorSlot> projections = model.tensors().blockLinears().stream()
                .collect(
                        Collectors.toMap(TensorSlot::moduleName, Function.identity(), (a, b) -> a, LinkedHashMap::new));
        List<String> adapted =
                named("lora_target_modules", () -> LoraTargets.adapted(lora.targets(), projections.keySet()));
        Map<String, Long> modules = new LinkedHashMap<>();
        model.tensors()
                .all()
                .forEach(slot -> modules.merge(slot.moduleName(), slot.shape().elements(), Long::sum));
        if (model.spec().tiedHead()) {
            // peft trains a copy of its own for the head.
            modules.put(
                    model.tensors().moduleName(Role.HEAD),
                    (long) model.spec().vocabulary() * model.spec().hidden());
        }
        List<String> saved = named(
                "lora_modules_to_save",
                () -> LoraTargets.saved(lora.modulesToSave(), modules.keySet(), Set.copyOf(adapted)));

        long adapters = 0;
        Map<String, Integer> targets = new TreeMap<>();
        for (String name : adapted) {
            long out = projections.get(name).shape().dim(0);
            long in = projections.get(name).shape().dim(1);
            adapters += lora.rank() * (in + out) + (lora.dora() ? out : 0);
            targets.merge(name.substring(name.lastIndexOf('.') + 1), 1, Integer::sum);
        }
        long full = saved.stream().mapToLong(modules::get).sum();
        return new Method(
                config.adapter().kind().orElseThrow().text(),
                adapters + full,
                Optional.of(new Lora(
                        lora.rank(),
                        (int) Math.round(lora.alpha()),
                        lora.scale(),
                        lora.dropout(),
                        lora.dora(),
                        lora.rankStabilized(),
                        targets,
                        adapters,
                        saved,
                        full)));
    }

    /** Gives the message of a rule that knows no files its place in this one. */
    private <T> T named(String key, Supplier<T> rule) {
        try {
            return rule.get();
        } catch (UserException e) {
            throw loaded.error(key, e.getMessage());
        }
    }

    private Compute compute() {
        Precision asked = config.model().bf16();
        boolean fast = asked == Precision.AUTO && device.multipliesBf16();
        String what = device.processor() ? "the processor" : device.name();
        String reason = asked == Precision.AUTO
                ? "bf16: auto, and " + what + (fast ? " multiplies bfloat16" : " does not multiply bfloat16")
                : "bf16: " + asked.text();
        boolean bf16 = asked == Precision.AUTO ? fast : asked != Precision.OFF;
        return new Compute(
                bf16 ? "bf16" : "fp32",
                reason,
                config.model().loadIn4bit(),
                config.training().gradientCheckpointing());
    }

    private Batch batch(DecoderSpec spec) {
        DataConfig data = config.data();
        TrainingConfig training = config.training();
        if (data.sequenceLen() > spec.maxPositions()) {
            warnings.add("sequence_len is " + data.sequenceLen() + ", but the model was made for " + spec.maxPositions()
                    + " tokens; expect poor results on longer rows");
        }
        int rows = Math.multiplyExact(training.microBatchSize(), training.gradientAccumulationSteps());
        int groupSize = PlannedObjective.groupSize(config.preference());
        return new Batch(
                groupSize,
                data.sequenceLen(),
                data.samplePacking(),
                data.evalSamplePacking().orElse(data.samplePacking()),
                training.microBatchSize(),
                training.gradientAccumulationSteps(),
                rows,
                (long) rows * groupSize * data.sequenceLen());
    }

    private Optimizer optimizer() {
        TrainingConfig training = config.training();
        return new Optimizer(
                training.optimizer().rule().name().toLowerCase(Locale.ROOT),
                training.learningRate(),
                training.lrScheduler().text(),
                training.weightDecay(),
                training.adamBeta1(),
                training.adamBeta2(),
                training.adamEpsilon(),
                Optional.of(training.maxGradNorm()).filter(norm -> norm > 0));
    }

    static Warmup warmup(TrainingConfig training) {
        return new Warmup(
                training.warmupSteps(), training.warmupRatio(), training.lrScheduler() == SchedulerName.CONSTANT);
    }
}
