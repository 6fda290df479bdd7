package dev.newt.regress;

import dev.newt.api.Newt;
import dev.newt.data.Progress;
import dev.newt.hub.DownloadListener;
import dev.newt.plan.ExecutionPlan;
import dev.newt.regress.Recording.Step;
import dev.newt.run.Inputs;
import dev.newt.run.TrainingRun;
import dev.newt.train.TrainingEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/** A few steps of a configuration in a folder of their own. */
final class Trial {
    /** Keys that the trial sets, or that do not affect what is computed. */
    private static final List<String> NOT_KEPT = List.of("output_dir", "max_steps", "dataset_prepared_path");

    private final Path config;
    private final long steps;
    private final List<Step> done = new ArrayList<>();
    private Optional<ExecutionPlan> plan = Optional.empty();
    private String device = "";

    Trial(Path config, long steps) {
        this.config = config;
        this.steps = steps;
    }

    /**
     * Runs the configuration.
     *
     * @param scratch takes the place of the configuration's {@code output_dir}
     * @throws dev.newt.io.UserException if it cannot be run
     * @throws dev.newt.train.TrainingFailedException if the loss diverges
     */
    void run(
            List<String> overrides,
            Path scratch,
            DownloadListener downloads,
            Progress preparation,
            LongConsumer stepDone) {
        List<String> all = new ArrayList<>(overrides);
        all.add("max_steps=" + steps);
        all.add("output_dir=" + yamlText(scratch));
        Newt newt = Newt.read(config, all.toArray(String[]::new));
        newt.fetch(downloads);
        ExecutionPlan planned = newt.plan();
        plan = Optional.of(planned);
        Inputs.fetchModel(planned.settings(), downloads);
        try (TrainingRun run = TrainingRun.prepare(planned, preparation)) {
            run.load();
            run.tryOut(List.of(event -> hear(event, stepDone)));
        }
    }

    private static String yamlText(Path path) {
        return "'" + path.toString().replace("'", "''") + "'";
    }

    private void hear(TrainingEvent event, LongConsumer stepDone) {
        if (event instanceof TrainingEvent.Started started) {
            device = started.device();
        } else if (event instanceof TrainingEvent.StepDone step) {
            done.add(new Step(step.loss(), step.gradNorm(), step.tokens(), step.trainedTokens()));
            stepDone.accept(step.step());
        }
    }

    /** The numbers so far; empty if it did not begin. */
    Optional<Recording> recording() {
        if (done.isEmpty()) {
            return Optional.empty();
        }
        ExecutionPlan planned = plan.orElseThrow();
        Map<String, String> values =
                new LinkedHashMap<>(planned.settings().origin().values());
        values.keySet().removeAll(NOT_KEPT);
        return Optional.of(new Recording(planned.hash(), values, device, List.copyOf(done)));
    }
}
