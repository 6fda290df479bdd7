package dev.newt.run;

import dev.newt.data.DataChecks;
import dev.newt.data.PreparedDataset;
import dev.newt.train.BatchSource;
import java.util.Optional;

/** What a run is trained on, and what it is evaluated on. */
interface RunData extends AutoCloseable {
    BatchSource batches();

    Optional<PreparedDataset> validation();

    /** What is wrong with them, as far as they were read. */
    DataChecks checks();

    /** Names the data: a checkpoint is not resumed on other ones. */
    String key();

    /** Tokens of the longest example that may come. */
    int longest();

    @Override
    void close();
}
