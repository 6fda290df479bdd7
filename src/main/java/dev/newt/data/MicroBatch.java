package dev.newt.data;

import dev.newt.data.dataset.Example;
import java.util.List;
import java.util.Map;

/**
 * What one forward pass reads: examples one behind the other, without padding.
 *
 * @param tokenIds of all examples, flat
 * @param segmentOffsets where each example starts, ascending from 0, and the end
 * @param targetPositions index into {@code tokenIds} of each position that predicts a trained token of its own example
 * @param targets the token to be predicted there
 * @param columns what else an objective must know, one number for each example, by name; empty in supervised fine-tuning
 */
public record MicroBatch(
        int[] tokenIds, int[] segmentOffsets, int[] targetPositions, int[] targets, Map<String, float[]> columns) {
    public MicroBatch {
        columns = Map.copyOf(columns);
    }

    public MicroBatch(int[] tokenIds, int[] segmentOffsets, int[] targetPositions, int[] targets) {
        this(tokenIds, segmentOffsets, targetPositions, targets, Map.of());
    }

    /** Lays the examples one behind the other. The last token of one never predicts the first of the next. */
    public static MicroBatch of(List<Example> examples) {
        int tokens = 0;
        int trained = 0;
        for (Example example : examples) {
            tokens += example.length();
            trained += example.trainedTokens();
        }
        int[] ids = new int[tokens];
        int[] offsets = new int[examples.size() + 1];
        int[] positions = new int[trained];
        int[] targets = new int[trained];
        int at = 0;
        int next = 0;
        for (int i = 0; i < examples.size(); i++) {
            Example example = examples.get(i);
            System.arraycopy(example.tokenIds(), 0, ids, at, example.length());
            for (int t = 1; t < example.length(); t++) {
                if (example.trained()[t]) {
                    positions[next] = at + t - 1;
                    targets[next++] = example.tokenIds()[t];
                }
            }
            at += example.length();
            offsets[i + 1] = at;
        }
        return new MicroBatch(ids, offsets, positions, targets);
    }

    public int tokens() {
        return tokenIds.length;
    }

    public int examples() {
        return segmentOffsets.length - 1;
    }

    /** For each target the example that it belongs to. */
    public int[] exampleOfTarget() {
        int[] examples = new int[targets.length];
        int example = 0;
        for (int i = 0; i < examples.length; i++) {
            while (targetPositions[i] >= segmentOffsets[example + 1]) {
                example++;
            }
            examples[i] = example;
        }
        return examples;
    }

    /** Positions that give a loss. */
    public int trainedTokens() {
        return targets.length;
    }
}
