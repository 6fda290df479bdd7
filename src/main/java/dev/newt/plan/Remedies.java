package dev.newt.plan;

import dev.newt.config.LoadedConfig;
import dev.newt.io.UserException;
import dev.newt.model.family.ModelConfig;
import dev.newt.optim.OptimizerSettings;
import dev.newt.plan.ExecutionPlan.Batch;
import dev.newt.plan.ExecutionPlan.Compute;
import dev.newt.plan.ExecutionPlan.Lora;
import dev.newt.plan.ExecutionPlan.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Changes of a configuration that take less memory, each priced by what it costs in time and quality. Sets of them are estimated, the
 * cheapest first, and those that seem to fit are planned anew from the file, until three are found that fit and hold nothing needless.
 */
final class Remedies {
    private static final int WANTED = 3;
    /** Plans made anew, a few hundredths of a second each. */
    private static final int MOST_PLANS = 8;

    private static final int SMALLEST_RANK = 8;
    private static final int SHORTEST_SEQUENCE = 256;

    private final Optional<LoadedConfig> loaded;
    private final boolean drawn;
    private final Variant now;
    private final Device device;
    private final ModelConfig model;
    private final boolean compared;
    private final OptimizerSettings optimizer;

    private Remedies(Optional<LoadedConfig> loaded, ExecutionPlan plan) {
        this.loaded = loaded;
        this.drawn = plan.model().drawnAtRandom();
        this.now = new Variant(plan.method(), plan.compute(), plan.batch());
        this.device = plan.device();
        this.model = PlannedModel.of(
                        plan.settings().model(), plan.settings().origin().places())
                .config();
        this.compared = plan.settings().comparesWithReference();
        this.optimizer = plan.settings().optimizer();
    }

    /** @param least memory of all changes together */
    record Found(List<Fit.Change> changes, long least) {}

    /** What changes change. */
    private record Variant(Method method, Compute compute, Batch batch) {
        Variant withMethod(Method changed) {
            return new Variant(changed, compute, batch);
        }

        Variant withCompute(Compute changed) {
            return new Variant(method, changed, batch);
        }

        Variant quantised() {
            return withCompute(new Compute(compute.type(), compute.reason(), true, compute.checkpointing()));
        }
    }

    /** One change of one kind; of a kind only one is taken. The effect is what its keys come to. */
    private record Option(int kind, double cost, String price, List<String> overrides, UnaryOperator<Variant> effect) {}

    static Found find(LoadedConfig loaded, ExecutionPlan plan) {
        return new Remedies(Optional.of(loaded), plan).find(plan.memory().total());
    }

    /** Without a file to plan anew from, the estimates stand. */
    static Found find(ExecutionPlan plan) {
        return new Remedies(Optional.empty(), plan).find(plan.memory().total());
    }

    private Found find(long peak) {
        List<List<Option>> kinds = kinds();
        List<Option> strongest =
                kinds.stream().map(options -> options.get(options.size() - 1)).toList();
        long least = Math.min(peak, estimate(strongest));
        List<List<Option>> fitting = new ArrayList<>();
        List<Fit.Change> changes = new ArrayList<>();
        int plans = 0;
        for (List<Option> set : fits(least) ? sets(kinds) : List.<List<Option>>of()) {
            if (changes.size() == WANTED || plans == MOST_PLANS) {
                break;
            }
            if (fitting.stream().noneMatch(smaller -> isNeedless(set, smaller)) && fits(estimate(set))) {
                plans++;
                planned(set).filter(change -> fits(change.peakBytes())).ifPresent(change -> {
                    fitting.add(set);
                    changes.add(change);
                });
            }
        }
        return new Found(changes, least);
    }

    private boolean fits(long peak) {
        return Fit.verdict(peak, device.memoryBytes()) == Fit.Verdict.FITS;
    }

    private long estimate(List<Option> set) {
        Variant changed = now;
        for (Option option : set) {
            changed = option.effect().apply(changed);
        }
        return new MemoryEstimate(
                        model, changed.method(), changed.compute(), changed.batch(), device, drawn, compared, optimizer)
                .memory()
                .total();
    }

    /** The plan of the file with the keys of a set; empty where that breaks a rule. */
    private Optional<Fit.Change> planned(List<Option> set) {
        if (loaded.isEmpty()) {
            return Optional.of(change(set, estimate(set)));
        }
        try {
            List<String> overrides = new ArrayList<>(loaded.get().overrides());
            set.forEach(option -> overrides.addAll(option.overrides()));
            LoadedConfig changed = loaded.get().withOverrides(overrides);
            return Optional.of(
                    change(set, Planner.memory(changed, model, device).total()));
        } catch (UserException e) {
            return Optional.empty();
        }
    }

    private static Fit.Change change(List<Option> set, long peak) {
        return new Fit.Change(
                set.stream().flatMap(option -> option.overrides().stream()).toList(),
                set.stream().map(Option::price).distinct().collect(Collectors.joining("; ")),
                peak);
    }

    /** Whether a set that fits already is contained, or would be with the same kind of change in a weaker form. */
    private static boolean isNeedless(List<Option> set, List<Option> fitting) {
        return fitting.stream().allMatch(weaker -> set.stream()
                .anyMatch(option -> option.kind() == weaker.kind() && option.cost() >= weaker.cost()));
    }

    /** All sets with at most one option of each kind, by their costs. */
    private static List<List<Option>> sets(List<List<Option>> kinds) {
        List<List<Option>> sets = new ArrayList<>(List.of(List.of()));
        for (List<Option> options : kinds) {
            for (List<Option> smaller : List.copyOf(sets)) {
                for (Option option : options) {
                    List<Option> larger = new ArrayList<>(smaller);
                    larger.add(option);
                    sets.add(larger);
                }
            }
        }
        sets.remove(0);
        sets.sort(Comparator.comparingDouble(
                set -> set.stream().mapToDouble(Option::cost).sum()));
        return sets;
    }

    private List<List<Option>> kinds() {
        return Stream.of(microBatches(), checkpointing(), precision(), ranks(), adapters(), lengths())
                .filter(options -> !options.isEmpty())
                .toList();
    }

    /** Smaller ones, with as many more of them, so that a step keeps its rows. */
    private List<Option> microBatches() {
        List<Option> options = new ArrayList<>();
        Batch batch = now.batch();
        double cost = 1;
        for (int rows = batch.microBatchSize() / 2; rows >= 1; rows /= 2) {
            if (batch.rowsPerStep() % rows == 0) {
                int micro = rows;
                int accumulation = batch.rowsPerStep() / rows;
                options.add(new Option(
                        0,
                        cost,
                        "the same steps, a little slower",
                        List.of("micro_batch_size=" + micro, "gradient_accumulation_steps=" + accumulation),
                        v -> new Variant(v.method(), v.compute(), v.batch().cut(micro, accumulation))));
                cost += 0.1;
            }
        }
        return options;
    }

    private List<Option> checkpointing() {
        return now.compute().checkpointing()
                ? List.of()
                : List.of(new Option(
                        1,
                        2,
                        "the same steps, about a third slower",
                        List.of("gradient_checkpointing=true"),
                        v -> v.withCompute(new Compute(
                                v.compute().type(),
                                v.compute().reason(),
                                v.compute().baseNf4(),
                                true))));
    }

    private List<Option> precision() {
        boolean fast = device.multipliesBf16();
        return now.compute().type().equals("bf16")
                ? List.of()
                : List.of(new Option(
                        2,
                        fast ? 3 : 5.5,
                        fast ? "coarser numbers" : "coarser numbers, and slower on this processor",
                        List.of("bf16=true"),
                        v -> v.withCompute(new Compute(
                                "bf16",
                                v.compute().reason(),
                                v.compute().baseNf4(),
                                v.compute().checkpointing()))));
    }

    private List<Option> ranks() {
        List<Option> options = new ArrayList<>();
        double cost = 4;
        int rank = now.method().lora().map(Lora::rank).orElse(0);
        for (int smaller = rank / 2; smaller >= SMALLEST_RANK; smaller /= 2) {
            int chosen = smaller;
            options.add(new Option(
                    3,
                    cost,
                    "an adapter that holds less",
                    List.of("lora_r=" + chosen),
                    v -> v.withMethod(v.method().ofRank(chosen))));
            cost += 0.5;
        }
        return options;
    }

    private List<Option> adapters() {
        if (now.compute().baseNf4()) {
            return List.of();
        }
        List<String> quantised = List.of("adapter=qlora", "load_in_4bit=true");
        if (now.method().lora().isPresent()) {
            return List.of(new Option(4, 5, "a base in 4 bits, rounded", quantised, Variant::quantised));
        }
        List<String> lora = List.of("lora_r=16", "lora_alpha=32", "lora_target_linear=true");
        Method adapted = Method.loraOnAll(model, 16);
        return List.of(
                new Option(
                        4,
                        8,
                        "an adapter in place of all weights",
                        joined(List.of("adapter=lora"), lora),
                        v -> v.withMethod(adapted)),
                new Option(
                        4,
                        10,
                        "an adapter in place of all weights, on a base in 4 bits",
                        joined(quantised, lora),
                        v -> v.withMethod(adapted).quantised()));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private List<Option> lengths() {
        List<Option> options = new ArrayList<>();
        double cost = 6;
        for (int length = now.batch().sequenceLen() / 2;
                length >= SHORTEST_SEQUENCE && options.size() < 2;
                length /= 2) {
            int chosen = length;
            options.add(new Option(
                    5,
                    cost,
                    "longer rows are dropped or cut",
                    List.of("sequence_len=" + chosen),
                    v -> new Variant(v.method(), v.compute(), v.batch().ofLength(chosen))));
            cost += 1.5;
        }
        return options;
    }
}
