package dev.newt.data;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The data of a run, ready to be read.
 *
 * @param train examples to train on
 * @param validation examples to evaluate on: set aside from the training rows, or those of {@code test_datasets}
 * @param statistics of {@code datasets}, before rows were set aside
 * @param testStatistics of {@code test_datasets}
 * @param packingEfficiency tokens over the room they take when packed; empty without packing
 * @param directory where the data lie
 * @param reused whether they lay there already
 */
public record PreparedData(
        PreparedDataset train,
        Optional<PreparedDataset> validation,
        DatasetStatistics statistics,
        Optional<DatasetStatistics> testStatistics,
        OptionalDouble packingEfficiency,
        Path directory,
        boolean reused) {}
