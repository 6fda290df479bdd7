package dev.newt.plan;

import dev.newt.config.ConfigFile;
import dev.newt.config.LoadedConfig;
import dev.newt.io.UserException;
import dev.newt.model.family.ModelConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Changes of a configuration that take less memory, each priced by what it costs in time and quality. Sets of them are planned anew, the
 * cheapest first, until three are found that fit and hold nothing needless.
 */
final class Remedies {
    private static final int WANTED = 3;
    /** Plans that are tried, a few milliseconds each. */
    private static final int MOST_TRIALS = 60;

    private static final int SMALLEST_RANK = 8;
    private static final int SHORTEST_SEQUENCE = 256;

    private final LoadedConfig loaded;
    private final Device device;

    private final ModelConfig model;

    private Remedies(LoadedConfig loaded, Device device) {
        this.loaded = loaded;
        this.device = device;
        this.model = PlannedModel.of(loaded).config();
    }

    /** @param least memory of all changes together */
    record Found(List<Fit.Change> changes, long least) {}

    /** One change of one kind; of a kind only one is taken. */
    private record Option(int kind, double cost, String price, List<String> overrides) {
        static Option of(int kind, double cost, String price, String... overrides) {
            return new Option(kind, cost, price, List.of(overrides));
        }
    }

    static Found find(LoadedConfig loaded, ExecutionPlan plan) {
        return new Remedies(loaded, plan.device())
                .find(kinds(plan), plan.memory().total());
    }

    private Found find(List<List<Option>> kinds, long now) {
        List<Option> strongest =
                kinds.stream().map(options -> options.get(options.size() - 1)).toList();
        long least = Math.min(now, peak(strongest).orElse(now));
        List<List<Option>> fitting = new ArrayList<>();
        List<Fit.Change> changes = new ArrayList<>();
        if (!fits(least)) {
            return new Found(changes, least);
        }
        Map<Option, Long> savings = savings(kinds, now);
        int trials = 0;
        for (List<Option> set : sets(kinds)) {
            if (changes.size() == WANTED || trials == MOST_TRIALS) {
                break;
            }
            // Two changes save no more together than each by itself.
            long most = set.stream().mapToLong(savings::get).sum();
            if (!fits(now - most) || fitting.stream().anyMatch(smaller -> isNeedless(set, smaller))) {
                continue;
            }
            trials++;
            OptionalLong peak = peak(set);
            if (peak.isPresent() && fits(peak.getAsLong())) {
                fitting.add(set);
                changes.add(change(set, peak.getAsLong()));
            }
        }
        if (changes.isEmpty()) {
            changes.add(change(strongest, least));
        }
        return new Found(changes, least);
    }

    private Map<Option, Long> savings(List<List<Option>> kinds, long now) {
        Map<Option, Long> savings = new HashMap<>();
        kinds.stream()
                .flatMap(List::stream)
                .forEach(option ->
                        savings.put(option, now - peak(List.of(option)).orElse(now)));
        return savings;
    }

    private boolean fits(long peak) {
        return Fit.verdict(peak, device.memoryBytes()) == Fit.Verdict.FITS;
    }

    /** Empty where the changed configuration breaks a rule. */
    private OptionalLong peak(List<Option> set) {
        try {
            List<String> overrides = new ArrayList<>(loaded.overrides());
            set.forEach(option -> overrides.addAll(option.overrides()));
            LoadedConfig changed = ConfigFile.load(loaded.file(), overrides);
            return OptionalLong.of(Planner.memory(changed, model, device).total());
        } catch (UserException e) {
            return OptionalLong.empty();
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

    private static List<List<Option>> kinds(ExecutionPlan plan) {
        List<List<Option>> kinds = List.of(
                microBatches(plan.batch()),
                checkpointing(plan),
                precision(plan),
                ranks(plan.method()),
                adapters(plan),
                lengths(plan.batch()));
        return kinds.stream().filter(options -> !options.isEmpty()).toList();
    }

    /** Smaller ones, with as many more of them, so that a step keeps its rows. */
    private static List<Option> microBatches(ExecutionPlan.Batch batch) {
        List<Option> options = new ArrayList<>();
        double cost = 1;
        for (int rows = batch.microBatchSize() / 2; rows >= 1; rows /= 2) {
            if (batch.rowsPerStep() % rows == 0) {
                options.add(Option.of(
                        0,
                        cost,
                        "the same steps, a little slower",
                        "micro_batch_size=" + rows,
                        "gradient_accumulation_steps=" + batch.rowsPerStep() / rows));
                cost += 0.1;
            }
        }
        return options;
    }

    private static List<Option> checkpointing(ExecutionPlan plan) {
        return plan.compute().checkpointing()
                ? List.of()
                : List.of(Option.of(1, 2, "the same steps, about a third slower", "gradient_checkpointing=true"));
    }

    private static List<Option> precision(ExecutionPlan plan) {
        if (plan.compute().type().equals("bf16")) {
            return List.of();
        }
        return List.of(
                plan.device().multipliesBf16()
                        ? Option.of(2, 3, "coarser numbers", "bf16=true")
                        : Option.of(2, 5.5, "coarser numbers, and slower on this processor", "bf16=true"));
    }

    private static List<Option> ranks(ExecutionPlan.Method method) {
        List<Option> options = new ArrayList<>();
        double cost = 4;
        int rank = method.lora().map(ExecutionPlan.Lora::rank).orElse(0);
        for (int smaller = rank / 2; smaller >= SMALLEST_RANK; smaller /= 2) {
            options.add(Option.of(3, cost, "an adapter that holds less", "lora_r=" + smaller));
            cost += 0.5;
        }
        return options;
    }

    private static List<Option> adapters(ExecutionPlan plan) {
        String qlora = "adapter=qlora";
        if (plan.compute().baseNf4()) {
            return List.of();
        }
        if (plan.method().lora().isPresent()) {
            return List.of(Option.of(4, 5, "a base in 4 bits, rounded", qlora, "load_in_4bit=true"));
        }
        String[] lora = {"lora_r=16", "lora_alpha=32", "lora_target_linear=true"};
        return List.of(
                Option.of(4, 8, "an adapter in place of all weights", "adapter=lora", lora[0], lora[1], lora[2]),
                Option.of(
                        4,
                        10,
                        "an adapter in place of all weights, on a base in 4 bits",
                        qlora,
                        "load_in_4bit=true",
                        lora[0],
                        lora[1],
                        lora[2]));
    }

    private static List<Option> lengths(ExecutionPlan.Batch batch) {
        List<Option> options = new ArrayList<>();
        double cost = 6;
        for (int length = batch.sequenceLen() / 2; length >= SHORTEST_SEQUENCE && options.size() < 2; length /= 2) {
            options.add(Option.of(5, cost, "longer rows are dropped or cut", "sequence_len=" + length));
            cost += 1.5;
        }
        return options;
    }
}
