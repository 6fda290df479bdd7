package dev.newt.data.prompt;

import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.RowFinding;
import dev.newt.rows.Row;
import java.util.List;
import java.util.function.Consumer;

/** Turns a row into token sequences and says which tokens are trained. Thread-safe. */
public interface PromptStrategy {
    /**
     * The examples of one row: usually one, none for a row without text, several for a long document that is split.
     *
     * @throws dev.newt.io.UserException naming the row, if it lacks a field or has one that cannot be used
     */
    List<Example> examples(Row row);

    /** As {@link #examples(Row)}; what may be wrong with the row is told. */
    default List<Example> examples(Row row, Consumer<RowFinding> findings) {
        return examples(row);
    }

    /** Whether what is trained of a row is meant to end with an end token; a row that {@link #examples} refuses is not asked. */
    default Ending ending(Row row) {
        return Ending.NEEDED;
    }
}
