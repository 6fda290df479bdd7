package dev.newt.run;

import dev.newt.data.PreparedDataset;
import dev.newt.train.BatchSource;
import java.util.Optional;

/** What a run is trained on, and what it is evaluated on. */
interface RunData extends AutoCloseable {
    BatchSource batches();

    Optional<PreparedDataset> validation();

    /** Names the data: a checkpoint is not resumed on other ones. */
    String key();

    /** Tokens of the longest example that may come. */
    int longest();

    @Override
    void close();
}
