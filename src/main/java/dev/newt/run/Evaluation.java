package dev.newt.run;

import java.util.OptionalDouble;

/**
 * How well a model does on rows that it was not trained on.
 *
 * @param loss mean negative log-likelihood of the trained tokens, in nats
 * @param trainedTokens that it is the mean over
 * @param rows that they are in
 * @param questions of them that were answered, as {@code eval_table_size} asks
 * @param exactMatch share of the answers that equal the data's, in [0, 1]; empty where none was answered
 */
public record Evaluation(double loss, long trainedTokens, int rows, int questions, OptionalDouble exactMatch) {
    public double perplexity() {
        return Math.exp(loss);
    }
}
