package dev.newt.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** Losses and metrics summed over micro batches, and the weight that makes them means. */
record StepSums(double loss, double weight, Map<String, Double> metrics) {
    static StepSums of(double weight) {
        return new StepSums(0, weight, new LinkedHashMap<>());
    }

    StepSums plus(double batchLoss, Map<String, Double> batchMetrics) {
        Map<String, Double> all = new LinkedHashMap<>(metrics);
        batchMetrics.forEach((name, value) -> all.merge(name, value, Double::sum));
        return new StepSums(loss + batchLoss, weight, all);
    }

    double meanLoss() {
        return loss / weight;
    }

    Map<String, Double> meanMetrics() {
        return means(metrics, weight);
    }

    static Map<String, Double> means(Map<String, Double> sums, double weight) {
        Map<String, Double> means = new LinkedHashMap<>();
        sums.forEach((name, value) -> means.put(name, value / weight));
        return means;
    }
}
