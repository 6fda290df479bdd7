package dev.newt.data.prompt;

import dev.newt.data.Example;
import dev.newt.data.source.Row;
import java.util.List;

/** Turns a record into token sequences and says which tokens are learnt. Safe for use by many threads. */
public interface PromptStrategy {
    /**
     * The examples of one row: usually one, none for a row without text, several for a long document that is cut.
     *
     * @throws dev.newt.io.UserException naming the row, if it lacks a field or has one that cannot be used
     */
    List<Example> examples(Row row);
}
