package dev.newt.report;

import dev.newt.train.TrainingEvent;
import java.util.LinkedHashMap;
import java.util.Map;

/** An event's numbers under the names that Hugging Face's Trainer uses, and a few of our own in the same style. */
public final class MetricNames {
    private MetricNames() {}

    /** {@code loss}, {@code grad_norm}, {@code learning_rate}, {@code epoch}, ... */
    public static Map<String, Double> of(TrainingEvent.Logged logged) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", logged.loss());
        metrics.put("grad_norm", logged.gradNorm());
        metrics.put("learning_rate", logged.learningRate());
        metrics.putAll(logged.metrics());
        metrics.put("epoch", logged.epoch());
        metrics.put("num_input_tokens_seen", (double) logged.totalTokens());
        metrics.put("tokens_per_second", logged.tokensPerSecond());
        metrics.put("peak_memory_bytes", (double) logged.peakBytes());
        return metrics;
    }

    /** {@code eval_loss}, {@code eval_runtime}, {@code epoch}, ... */
    public static Map<String, Double> of(TrainingEvent.Evaluated evaluated) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("eval_loss", evaluated.loss());
        evaluated.perplexity().ifPresent(value -> metrics.put("eval_perplexity", value));
        evaluated.metrics().forEach((name, value) -> metrics.put("eval_" + name, value));
        metrics.put("eval_runtime", evaluated.seconds());
        metrics.put("epoch", evaluated.epoch());
        return metrics;
    }
}
