package dev.newt.train;

import dev.newt.data.DataPosition;
import dev.newt.data.MicroBatch;
import java.util.List;

/**
 * The data of one optimizer step.
 *
 * @param microBatches whose gradients are summed
 * @param end where the next step begins
 */
public record StepData(List<MicroBatch> microBatches, DataPosition end) {}
