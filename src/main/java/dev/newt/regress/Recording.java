package dev.newt.regress;

import java.util.List;
import java.util.Map;

/**
 * The numbers of one run.
 *
 * @param planHash of the plan that ran
 * @param values of the configuration, by key path
 * @param device the device, with its number of threads
 * @param steps the steps, from the first
 */
public record Recording(String planHash, Map<String, String> values, String device, List<Step> steps) {
    /**
     * One optimizer step.
     *
     * @param loss mean over the trained tokens
     * @param gradNorm before clipping
     */
    public record Step(double loss, double gradNorm, long tokens, long trainedTokens) {}
}
