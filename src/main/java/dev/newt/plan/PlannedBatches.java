package dev.newt.plan;

import dev.newt.config.DataConfig;
import dev.newt.config.NewtConfig;
import dev.newt.data.Mixing;
import dev.newt.data.pack.BatchSettings;
import java.util.List;

/** How a configuration makes rows into micro batches. */
public final class PlannedBatches {
    private PlannedBatches() {}

    public static BatchSettings training(NewtConfig config) {
        return of(
                config,
                config.training().microBatchSize(),
                config.training().gradientAccumulationSteps(),
                config.data().samplePacking(),
                !config.data().curriculumSampling());
    }

    public static BatchSettings evaluation(NewtConfig config) {
        return of(
                config,
                config.schedule().evalBatchSize().orElse(config.training().microBatchSize()),
                1,
                config.data().evalSamplePacking().orElse(config.data().samplePacking()),
                false);
    }

    /** How the rows of several data sets are joined. */
    public static Mixing mixing(DataConfig data) {
        return new Mixing(
                switch (data.mixStrategy()) {
                    case CONCAT -> Mixing.Strategy.CONCAT;
                    case INTERLEAVE_UNDER -> Mixing.Strategy.INTERLEAVE_UNDER;
                    case INTERLEAVE_OVER -> Mixing.Strategy.INTERLEAVE_OVER;
                },
                data.interleaveProbs().orElse(List.of()),
                data.shuffleBeforeMergingDatasets());
    }

    private static BatchSettings of(NewtConfig config, int rows, int accumulation, boolean packing, boolean shuffle) {
        DataConfig data = config.data();
        return new BatchSettings(
                rows,
                accumulation,
                Math.multiplyExact(PlannedObjective.groupSize(config.preference()), data.sequenceLen()),
                packing,
                data.samplePackingBinSize(),
                data.samplePackingSequentially() || data.curriculumSampling(),
                shuffle,
                config.training().seed());
    }
}
