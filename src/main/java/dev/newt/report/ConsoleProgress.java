package dev.newt.report;

import dev.newt.train.TrainingEvent;
import dev.newt.train.TrainingListener;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * A run's progress for people: a bar with loss, speed and remaining time on a terminal; otherwise plain lines, at most one every few seconds.
 */
public final class ConsoleProgress implements TrainingListener, AutoCloseable {
    private static final long NANOS_BETWEEN_LINES = Duration.ofSeconds(10).toNanos();

    private final PrintStream out;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private Optional<ProgressBar> bar = Optional.empty();
    private Optional<Long> lastLine = Optional.empty();
    private Optional<TrainingEvent.StepDone> lastStep = Optional.empty();

    /** @param terminal whether {@code out} can redraw a line */
    public ConsoleProgress(PrintStream out, boolean terminal) {
        this(out, terminal, System::nanoTime);
    }

    ConsoleProgress(PrintStream out, boolean terminal, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
    }

    /** Whether the process's standard output and input are a terminal. */
    public static boolean isTerminal() {
        return System.console() != null && !"dumb".equals(System.getenv("TERM"));
    }

    @Override
    public void on(TrainingEvent event) {
        if (event instanceof TrainingEvent.Started started) {
            begin(started);
        } else if (event instanceof TrainingEvent.StepDone step) {
            stepDone(step);
        } else if (event instanceof TrainingEvent.Logged logged) {
            logged(logged);
        } else if (event instanceof TrainingEvent.Evaluated evaluated) {
            String perplexity = evaluated.perplexity().isPresent()
                    ? ", perplexity " + significant(evaluated.perplexity().getAsDouble())
                    : "";
            message(String.format(
                    Locale.ROOT,
                    "step %d: evaluation loss %.4f%s, over %,d tokens in %s",
                    evaluated.step(),
                    evaluated.loss(),
                    perplexity,
                    evaluated.trainedTokens(),
                    duration(evaluated.seconds())));
            metrics(evaluated.metrics());
        } else if (event instanceof TrainingEvent.CheckpointSaved saved) {
            message("step " + saved.step() + ": saved " + saved.directory());
        } else if (event instanceof TrainingEvent.Warning warning) {
            message("warning: " + warning.message());
        } else if (event instanceof TrainingEvent.Finished finished) {
            close();
            out.println("finished " + finished.step() + " steps in "
                    + duration(finished.elapsed().toMillis() / 1e3));
        } else if (event instanceof TrainingEvent.Interrupted interrupted) {
            close();
            out.println("interrupted after step " + interrupted.step() + "; resume from " + interrupted.checkpoint());
        } else {
            // The command line reports the failure.
            close();
        }
    }

    private void begin(TrainingEvent.Started started) {
        String what = started.startStep() == 0
                ? "training: " + started.totalSteps() + " steps"
                : "resuming after step " + started.startStep() + " of " + started.totalSteps();
        out.println(String.format(
                Locale.ROOT,
                "%s, %d an epoch, %,d trainable parameters, on %s",
                what,
                started.stepsPerEpoch(),
                started.trainableParameters(),
                started.device()));
        if (terminal) {
            bar = Optional.of(new ProgressBarBuilder()
                    .setTaskName("training")
                    .setInitialMax(started.totalSteps())
                    .startsFrom(started.startStep(), Duration.ZERO)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(250)
                    .hideEta()
                    .setConsumer(new ConsoleProgressBarConsumer(out))
                    .build());
        }
    }

    private void stepDone(TrainingEvent.StepDone step) {
        lastStep = Optional.of(step);
        bar.ifPresent(b -> {
            b.stepTo(step.step());
            b.setExtraMessage(String.format(
                    Locale.ROOT,
                    " loss %.4f, %s tok/s, %s left",
                    step.loss(),
                    significant(step.tokensPerSecond()),
                    duration(step.secondsLeft())));
        });
    }

    private void logged(TrainingEvent.Logged logged) {
        if (bar.isPresent()) {
            return;
        }
        long now = nanoTime.getAsLong();
        boolean last = logged.step() == logged.totalSteps();
        if (lastLine.isPresent() && now - lastLine.get() < NANOS_BETWEEN_LINES && !last) {
            return;
        }
        lastLine = Optional.of(now);
        out.println(String.format(
                Locale.ROOT,
                "step %d/%d, epoch %.2f: loss %.4f, gradient norm %s, learning rate %.3g, %s tokens/s, %s left",
                logged.step(),
                logged.totalSteps(),
                logged.epoch(),
                logged.loss(),
                significant(logged.gradNorm()),
                logged.learningRate(),
                significant(logged.tokensPerSecond()),
                duration(lastStep.map(TrainingEvent.StepDone::secondsLeft).orElse(0.0))));
        metrics(logged.metrics());
    }

    /** Those of the objective, on a line of their own. */
    private void metrics(Map<String, Double> metrics) {
        if (!metrics.isEmpty()) {
            message(metrics.entrySet().stream()
                    .map(metric -> metric.getKey() + " " + significant(metric.getValue()))
                    .collect(Collectors.joining(", ", "  ", "")));
        }
    }

    private void message(String text) {
        // The bar is redrawn on its own line, and the message goes above it.
        if (bar.isPresent()) {
            out.print("\r\u001b[K");
        }
        out.println(text);
    }

    /** About three digits. */
    private static String significant(double value) {
        if (Math.abs(value) >= 100) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, Math.abs(value) >= 10 ? "%.1f" : "%.3g", value);
    }

    private static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return String.format(Locale.ROOT, whole < 10 ? "%.1f s" : "%.0f s", seconds);
        }
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d h", whole / 3600, whole % 3600 / 60);
    }

    @Override
    public void close() {
        bar.ifPresent(ProgressBar::close);
        bar = Optional.empty();
    }
}
