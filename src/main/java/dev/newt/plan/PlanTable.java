package dev.newt.plan;

import dev.newt.plan.ExecutionPlan.Lora;
import dev.newt.plan.ExecutionPlan.Memory;
import dev.newt.plan.ExecutionPlan.Steps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A plan on one screen: a column of names, a column of values. */
public final class PlanTable {
    private static final int SHOWN_HASH = 12;

    private final StringBuilder text = new StringBuilder();

    private PlanTable() {}

    /** Lines of at most 100 characters or so; the last ends too. */
    public static String of(ExecutionPlan plan) {
        return of(plan, Optional.empty());
    }

    /** With a verdict. */
    public static String of(ExecutionPlan plan, Fit fit) {
        return of(plan, Optional.of(fit));
    }

    private static String of(ExecutionPlan plan, Optional<Fit> fit) {
        PlanTable table = new PlanTable();
        table.model(plan);
        table.method(plan);
        table.run(plan);
        table.memory(plan);
        fit.ifPresent(table::fit);
        plan.warnings().forEach(warning -> table.line("warning", warning));
        return table.text.toString();
    }

    private void model(ExecutionPlan plan) {
        ExecutionPlan.Model model = plan.model();
        line("plan", plan.hash().substring(0, SHOWN_HASH));
        line("model", where(model) + (model.drawnAtRandom() ? ", weights drawn at random" : ""));
        line(
                "",
                model.family() + ", " + model.layers() + " layers of " + Text.count(model.hidden()) + ", vocabulary "
                        + Text.count(model.vocabulary()) + (model.tiedHead() ? ", tied head" : ""));
        line(
                "parameters",
                Text.count(model.parameters()) + ": "
                        + model.parametersByPart().entrySet().stream()
                                .filter(part -> part.getValue() > 0)
                                .map(part -> part.getKey() + " " + Text.count(part.getValue()))
                                .collect(Collectors.joining(", ")));
        if (model.activeParameters() < model.parameters()) {
            line("", Text.count(model.activeParameters()) + " of them at work for each token");
        }
    }

    private static String where(ExecutionPlan.Model model) {
        return switch (model.source()) {
            case "catalogue" -> model.name() + ", not fetched yet: shape from the catalogue";
            case "cache" -> model.name() + ", from the hub's cache";
            default -> model.folder().orElse(model.name());
        };
    }

    private void method(ExecutionPlan plan) {
        long trained = plan.method().trainedParameters();
        line(
                "trained",
                Text.count(trained)
                        + String.format(
                                Locale.ROOT,
                                " (%.2f%%), ",
                                100.0 * trained / plan.model().parameters())
                        + (plan.method().lora().isEmpty()
                                ? "all weights"
                                : plan.method().kind()));
        plan.method().lora().ifPresent(this::lora);
        plan.settings()
                .objective()
                .ifPresent(objective -> line(
                        "objective",
                        objective
                                + (!objective.needsReference()
                                        ? ""
                                        : plan.settings().keepsReferenceCopy()
                                                ? ", compared with a frozen copy of the base model"
                                                : ", compared with the base model without its adapter")));
        line(
                "numbers",
                plan.compute().type() + " (" + plan.compute().reason() + ")"
                        + (plan.compute().baseNf4() ? ", frozen projections in NF4" : "")
                        + (plan.compute().checkpointing() ? ", layers computed again in the backward pass" : ""));
    }

    private void lora(Lora lora) {
        line(
                "adapter",
                (lora.dora() ? "DoRA" : "LoRA") + " of rank " + lora.rank() + ", alpha " + lora.alpha() + ", scale "
                        + Text.number(lora.scale()) + (lora.rankStabilized() ? " (rsLoRA)" : "") + ", dropout "
                        + Text.number(lora.dropout()));
        line(
                "",
                lora.targets().entrySet().stream()
                        .map(target -> target.getKey() + " x " + target.getValue())
                        .collect(Collectors.joining(", ", "on ", "")));
        if (!lora.savedModules().isEmpty()) {
            line("", "trained in full: " + String.join(", ", lora.savedModules()));
        }
    }

    private void run(ExecutionPlan plan) {
        line(
                "data",
                plan.data().train().stream().map(PlanTable::name).collect(Collectors.joining(", "))
                        + plan.steps()
                                .trainRows()
                                .map(rows -> ", " + Text.count(rows) + " rows")
                                .orElse(""));
        plan.data()
                .windowRows()
                .ifPresent(rows -> line("", "read while the run goes on, in windows of " + Text.count(rows) + " rows"));
        if (!plan.data().test().isEmpty()) {
            line(
                    "",
                    "evaluated on "
                            + plan.data().test().stream().map(PlanTable::name).collect(Collectors.joining(", ")));
        } else if (plan.data().valSetSize() > 0) {
            double aside = plan.data().valSetSize();
            line("", "set aside for evaluation: " + (aside < 1 ? Text.percent(aside) : Text.number(aside) + " rows"));
        }
        ExecutionPlan.Batch batch = plan.batch();
        line(
                "batch",
                batch.microBatchSize() + (batch.groupSize() == 1 ? " rows x " : " pairs x ") + batch.accumulation()
                        + (batch.groupSize() == 1 ? " of up to " : " of two answers of up to ")
                        + Text.count(batch.sequenceLen())
                        + " tokens" + (batch.packing() ? ", packed" : "") + "; " + Text.count(batch.tokensPerStep())
                        + " tokens a step");
        line("steps", steps(plan.steps()));
        plan.steps()
                .tokens()
                .ifPresent(tokens -> line(
                        "tokens",
                        (tokens.prepared() ? "" : "about ") + Text.count(tokens.count()) + " an epoch"
                                + (tokens.prepared() ? "" : ", by the size of the files")));
        ExecutionPlan.Optimizer optimizer = plan.optimizer();
        List<String> constants = new ArrayList<>();
        optimizer.constants().forEach((name, value) -> constants.add(name + " " + Text.number(value)));
        line(
                "optimizer",
                optimizer.name() + ", learning rate " + Text.number(optimizer.learningRate()) + " "
                        + optimizer.scheduler() + ", " + String.join(", ", constants) + ", gradient norm "
                        + optimizer.maxGradNorm().map(Text::number).orElse("not limited"));
        line(
                "schedule",
                "evaluates " + plan.schedule().evaluation() + ", saves "
                        + plan.schedule().saving() + " to " + plan.schedule().outputFolder());
    }

    private static String steps(Steps steps) {
        String total = steps.total()
                .map(count -> (steps.certainty().equals("exact") ? "" : steps.certainty() + " ") + Text.count(count))
                .orElse("known when the rows are tokenised");
        String length = steps.maxSteps().isPresent() ? "" : ", " + Text.number(steps.epochs()) + " epochs";
        return total + length + ", warm-up " + steps.warmup().rule();
    }

    private void memory(ExecutionPlan plan) {
        Memory memory = plan.memory();
        line("memory", "about " + Text.bytes(memory.total()) + " at the peak");
        List<String> parts = new ArrayList<>();
        part(parts, "weights", memory.weights());
        part(parts, "reference", memory.reference());
        part(parts, "files", memory.files());
        part(parts, "adapters", memory.adapters());
        part(parts, "gradients", memory.gradients());
        part(parts, "optimizer", memory.optimizer());
        line("", String.join(", ", parts));
        parts.clear();
        part(parts, "activations", memory.activations());
        part(parts, "logits", memory.logits());
        part(parts, "workspace", memory.workspace());
        part(parts, "runtime", memory.runtime());
        line("", String.join(", ", parts));
        line(
                "",
                "activations of the blocks: "
                        + Text.bytes(memory.activationsOfBlocks().kept()) + " kept, "
                        + Text.bytes(memory.activationsOfBlocks().checkpointed()) + " with gradient_checkpointing");
        line("work", Text.flops(plan.work().step()) + " a step");
    }

    private void fit(Fit fit) {
        String device = fit.device().equals("here") ? "this machine" : fit.device();
        line(
                "verdict",
                fit.verdict().text() + ": about " + Text.bytes(fit.peakBytes()) + " of the "
                        + Text.bytes(fit.memoryBytes()) + " of " + device);
        fit.secondsPerStep()
                .ifPresent(seconds ->
                        line("time", "about " + Text.seconds(seconds) + " a step, at 40% of the device's peak"));
        for (Fit.Change change : fit.changes()) {
            line("would fit", String.join(" ", change.overrides()));
            line("", Text.bytes(change.peakBytes()) + "; " + change.price());
        }
        if (fit.verdict() != Fit.Verdict.FITS && fit.changes().isEmpty()) {
            line("", "no set of changes is sure to make it fit; all of them together need " + Text.bytes(fit.least()));
        }
    }

    private static void part(List<String> parts, String name, long bytes) {
        if (bytes > 0) {
            parts.add(name + " " + Text.bytes(bytes));
        }
    }

    private static String name(String path) {
        return Path.of(path).getFileName().toString();
    }

    private void line(String name, String value) {
        text.append(String.format(Locale.ROOT, "%-11s %s%n", name, value).replace(System.lineSeparator(), "\n"));
    }
}
