package dev.newt.regress;

import dev.newt.data.Progress;
import dev.newt.hub.DownloadListener;
import dev.newt.io.UserException;
import dev.newt.regress.Verdict.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs configurations one after the other and compares each with its baseline. A failure does not stop the others. */
public final class Regression {
    private static final int USUAL_STEPS = 10;

    private final Settings settings;
    private final Listener listener;

    /**
     * The options.
     *
     * @param steps if absent, as many as the baseline has, or 10
     * @param tolerance if absent, the baseline's, or the default
     * @param update whether baselines are written instead of compared
     * @param strict whether a changed plan is a failure even if the numbers are the same
     * @param overrides of every configuration
     */
    public record Settings(
            BaselineFolder baselines,
            Optional<Integer> steps,
            Optional<Tolerance> tolerance,
            boolean update,
            boolean strict,
            List<String> overrides) {}

    /** Receives the progress. */
    public interface Listener {
        void begins(int index, int count, Path config);

        void stepDone(long step, long steps);

        void ended(Verdict verdict);

        DownloadListener downloads();

        Progress preparation();
    }

    public Regression(Settings settings, Listener listener) {
        this.settings = settings;
        this.listener = listener;
    }

    /** Returns the verdicts in the order of the configurations. */
    public List<Verdict> run(List<Path> configs) {
        List<Verdict> verdicts = new ArrayList<>();
        try (Scratch scratch = new Scratch()) {
            for (int i = 0; i < configs.size(); i++) {
                listener.begins(i + 1, configs.size(), configs.get(i));
                Verdict verdict = new One(configs.get(i), scratch.folder(i)).run();
                verdicts.add(verdict);
                listener.ended(verdict);
            }
        }
        return verdicts;
    }

    /** One configuration. */
    private final class One {
        private final Path config;
        private final Path file;
        private final Path scratch;
        private final long start = System.nanoTime();
        private Optional<Baseline> baseline = Optional.empty();
        private Optional<Recording> now = Optional.empty();

        One(Path config, Path scratch) {
            this.config = config;
            this.file = settings.baselines().file(config);
            this.scratch = scratch;
        }

        Verdict run() {
            try {
                baseline = settings.update() ? readable() : Baseline.read(file);
                if (baseline.isEmpty() && !settings.update()) {
                    return verdict(Status.NO_BASELINE, "there is no " + file + "; --update writes it");
                }
                int stored = baseline.map(b -> b.recording().steps().size()).orElse(USUAL_STEPS);
                int steps = settings.steps().orElse(stored);
                if (!settings.update() && steps != stored) {
                    return verdict(
                            Status.NO_BASELINE,
                            file + " has " + stored + " steps, not " + steps
                                    + ", and the schedule depends on their number; leave --steps out, or --update it");
                }
                Recording recording = record(steps);
                return settings.update() ? update(recording) : compare(recording);
            } catch (UserException e) {
                return failure(Status.REFUSED, e, e.getMessage());
            } catch (RuntimeException e) {
                return failure(Status.FAILED, e, e.getMessage() == null ? e.toString() : e.getMessage());
            }
        }

        /** When a baseline is rewritten, a damaged old one does not matter; the tolerance of a good one is kept. */
        private Optional<Baseline> readable() {
            try {
                return Baseline.read(file);
            } catch (UserException e) {
                return Optional.empty();
            }
        }

        private Recording record(int steps) {
            Trial trial = new Trial(config, steps);
            try {
                trial.run(
                        settings.overrides(),
                        scratch,
                        listener.downloads(),
                        listener.preparation(),
                        step -> listener.stepDone(step, steps));
            } finally {
                now = trial.recording();
            }
            return now.orElseThrow();
        }

        private Verdict update(Recording recording) {
            Tolerance tolerance = settings.tolerance()
                    .or(() -> baseline.map(Baseline::tolerance))
                    .orElse(Tolerance.USUAL);
            Baseline written = Baseline.of(recording, tolerance);
            written.write(file);
            baseline = Optional.of(written);
            return verdict(Status.UPDATED, "wrote " + file);
        }

        private Verdict compare(Recording recording) {
            Baseline stored = baseline.orElseThrow();
            Comparison comparison = new Comparison(stored.recording(), recording);
            Optional<String> drift = comparison.drift(settings.tolerance().orElse(stored.tolerance()));
            List<String> words = new ArrayList<>();
            drift.ifPresent(words::add);
            comparison.planChange().ifPresent(words::add);
            if (drift.isPresent()) {
                comparison.deviceChange().ifPresent(words::add);
                return verdict(Status.DRIFT, String.join("; ", words));
            }
            if (!words.isEmpty() && settings.strict()) {
                return verdict(Status.PLAN_CHANGED, String.join("; ", words) + "; --update accepts it");
            }
            words.add(0, recording.steps().size() + " steps");
            return verdict(Status.OK, String.join("; ", words));
        }

        private Verdict verdict(Status status, String message) {
            return new Verdict(config, status, message, seconds(), baseline, now, Optional.empty());
        }

        private Verdict failure(Status status, RuntimeException cause, String message) {
            return new Verdict(config, status, message, seconds(), baseline, now, Optional.of(cause));
        }

        private double seconds() {
            return (System.nanoTime() - start) / 1e9;
        }
    }
}
