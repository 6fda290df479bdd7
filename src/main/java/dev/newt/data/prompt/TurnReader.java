package dev.newt.data.prompt;

import dev.newt.rows.Row;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a conversation from a row. */
interface TurnReader {
    /** The messages, at least one. */
    List<Turn> turns(Row row);

    /** The definitions of the tools that the conversation may use. */
    Optional<List<Map<String, Object>>> tools(Row row);

    /** Whether the assistant's turns are trained, or can be by a message's own word. */
    boolean trainsAnswers();
}
