package dev.newt.train;

import dev.newt.data.DataPosition;
import dev.newt.data.MicroBatch;
import dev.newt.data.dataset.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Sequences in which each token is usually followed by the next number; their trained parts differ in length. */
record BigramData(long stepsPerEpoch, int microBatchesPerStep, long seed) implements BatchSource {
    @Override
    public StepData step(long globalStep, DataPosition position) {
        List<MicroBatch> batches = new ArrayList<>();
        for (int i = 0; i < microBatchesPerStep; i++) {
            batches.add(batch(new Random(seed + 1000 * globalStep + i)));
        }
        return new StepData(batches, position);
    }

    static List<MicroBatch> evaluation() {
        return List.of(batch(new Random(77)), batch(new Random(78)));
    }

    private static MicroBatch batch(Random random) {
        List<Example> examples = new ArrayList<>();
        for (int e = 0; e < 3; e++) {
            int[] ids = new int[5 + random.nextInt(4)];
            boolean[] trained = new boolean[ids.length];
            ids[0] = random.nextInt(BigramModel.VOCABULARY);
            for (int t = 1; t < ids.length; t++) {
                boolean noise = random.nextInt(10) == 0;
                ids[t] = noise ? random.nextInt(BigramModel.VOCABULARY) : (ids[t - 1] + 1) % BigramModel.VOCABULARY;
                trained[t] = t > random.nextInt(3);
            }
            examples.add(new Example(ids, trained));
        }
        return MicroBatch.of(examples);
    }
}
