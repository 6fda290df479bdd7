package dev.newt.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a report shows besides the run's curves.
 *
 * @param title of the page
 * @param configuration the YAML as given
 * @param plan the plan, printed
 * @param samples the model's answers before and after
 * @param scores by name, in the order shown
 */
public record ReportContent(
        String title, String configuration, String plan, List<Sample> samples, Map<String, Score> scores) {

    /**
     * One prompt and the model's answers.
     *
     * @param expected the answer in the data, if there is one
     * @param after absent while the run goes on
     */
    public record Sample(String prompt, Optional<String> expected, Optional<String> before, Optional<String> after) {}

    /** A score before and after training, as far as known. */
    public record Score(Optional<Double> before, Optional<Double> after) {}
}
