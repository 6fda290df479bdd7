package dev.newt.run;

import dev.newt.data.DataPosition;
import dev.newt.data.MicroBatch;
import dev.newt.data.PreparedDataset;
import dev.newt.data.pack.BatchPlan;
import dev.newt.data.pack.BatchSettings;
import dev.newt.train.BatchSource;
import dev.newt.train.StepData;
import java.util.AbstractList;
import java.util.List;

/** Prepared examples as optimizer steps, read from the file when their step comes. */
final class PreparedBatches implements BatchSource {
    private final PreparedDataset dataset;
    private final BatchPlan plan;

    PreparedBatches(PreparedDataset dataset, BatchSettings settings) {
        this.dataset = dataset;
        this.plan = new BatchPlan(dataset.lengths(), settings);
    }

    @Override
    public long stepsPerEpoch() {
        return plan.stepsPerEpoch();
    }

    @Override
    public StepData step(long globalStep, DataPosition position) {
        int epoch = Math.toIntExact(globalStep / plan.stepsPerEpoch());
        int step = (int) (globalStep % plan.stepsPerEpoch());
        List<MicroBatch> microBatches =
                plan.microBatches(epoch, step).stream().map(dataset::microBatch).toList();
        return new StepData(microBatches, position);
    }

    /** All micro batches of one pass, each read when it is asked for. The settings' accumulation must be 1. */
    List<MicroBatch> onePass() {
        return new AbstractList<>() {
            @Override
            public MicroBatch get(int index) {
                return dataset.microBatch(plan.microBatches(0, index).get(0));
            }

            @Override
            public int size() {
                return plan.stepsPerEpoch();
            }
        };
    }
}
