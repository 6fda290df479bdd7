package dev.newt.run;

import dev.newt.data.MicroBatch;
import dev.newt.data.Preparation;
import dev.newt.data.PreparedData;
import dev.newt.data.PreparedDataset;
import dev.newt.data.Progress;
import dev.newt.engine.Engines;
import dev.newt.io.UserException;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.RunSettings;
import dev.newt.tensor.Engine;
import dev.newt.token.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Evaluates a model on the rows of {@code test_datasets}, or on those that {@code val_set_size} sets aside, as training does it. */
public final class EvaluationRun {
    private final ExecutionPlan plan;
    private final RunSettings settings;

    private EvaluationRun(ExecutionPlan plan) {
        this.plan = plan;
        this.settings = plan.settings();
    }

    /**
     * @param tuned folder of an adapter or of a whole model; else the settings' output folder
     * @param baseOnly leave the tuning out
     * @throws UserException where there are no rows to evaluate on, or no such model; and for {@code rl}, whose pairs are evaluated while it
     *     trains
     */
    public static Evaluation evaluate(ExecutionPlan plan, Optional<Path> tuned, boolean baseOnly, Progress progress) {
        plan.settings().objective().ifPresent(objective -> {
            throw plan.settings()
                    .error(
                            "rl",
                            "rl: pairs are evaluated by the run that trains on them (eval_steps, evals_per_epoch); remove rl to"
                                    + " evaluate rows with one answer");
        });
        return new EvaluationRun(plan).evaluate(tuned, baseOnly, progress);
    }

    private Evaluation evaluate(Optional<Path> tuned, boolean baseOnly, Progress progress) {
        try (Tokenizer tokenizer = InferenceRun.tokenizer(settings)) {
            PreparedDataset rows = rows(tokenizer, progress)
                    .filter(set -> set.size() > 0)
                    .orElseThrow(() -> settings.error(
                            "val_set_size",
                            "val_set_size: there are no rows to evaluate on; set val_set_size or list rows under"
                                    + " test_datasets"));
            TrainingRun.requirePositions(plan, longest(rows));
            try (Engine engine = Engines.open(Engines.Device.CPU);
                    TunedModel model = baseOnly
                            ? TunedModel.base(plan, engine)
                            : TunedModel.forInference(
                                    plan, engine, tuned.orElseGet(() -> InferenceRun.tuned(settings)))) {
                return evaluate(engine, model, tokenizer, rows);
            }
        }
    }

    private static int longest(PreparedDataset rows) {
        int longest = 0;
        for (int length : rows.lengths()) {
            longest = Math.max(longest, length);
        }
        return longest;
    }

    private Optional<PreparedDataset> rows(Tokenizer tokenizer, Progress progress) {
        return settings.streaming().isPresent()
                ? settings.testDataAlone()
                        .map(test -> Preparation.prepare(test, "test_datasets", tokenizer, progress))
                        .map(PreparedData::train)
                : PreparedRunData.prepare(plan, tokenizer, progress).validation();
    }

    private Evaluation evaluate(Engine engine, TunedModel model, Tokenizer tokenizer, PreparedDataset rows) {
        SftModel steps = new SftModel(engine, model.decoder(), List.of(), false, SftModel.Outputs.NONE);
        double loss = 0;
        long tokens = 0;
        for (MicroBatch batch : new PreparedBatches(rows, settings.evaluationBatches()).onePass()) {
            loss += steps.evaluate(batch);
            tokens += batch.trainedTokens();
        }
        if (tokens == 0) {
            throw new UserException("no token of the rows to evaluate on is trained, so there is no loss to tell");
        }
        Answers questions =
                Answers.of(rows, settings.output().evalTableSize(), plan.batch().sequenceLen(), tokenizer);
        return new Evaluation(
                loss / tokens,
                tokens,
                rows.size(),
                questions.questions().size(),
                questions.questions().isEmpty()
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(exactMatch(questions, engine, model, tokenizer)));
    }

    private double exactMatch(Answers questions, Engine engine, TunedModel model, Tokenizer tokenizer) {
        return questions.exactMatch(questions.answer(
                engine,
                model.decoder(),
                tokenizer,
                TrainingRun.ends(model, tokenizer),
                plan.batch().sequenceLen(),
                settings.output().evalMaxNewTokens(),
                (done, of) -> {}));
    }
}
