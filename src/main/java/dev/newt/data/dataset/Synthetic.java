package dev.newt.data.dataset;

import dev.newt.rows.RawRow;
import dev.newt.rows.Row;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rows of random tokens, all trained, for measurements. Names are Axolotl's.
 *
 * @param length number of rows
 * @param sequenceLength tokens of each
 * @param minInputId lowest id
 * @param maxInputId id behind the highest; empty for the size of the vocabulary
 * @param seed decides the ids
 */
public record Synthetic(int length, int sequenceLength, int minInputId, Optional<Integer> maxInputId, long seed) {
    /** Hands on the rows, which hold nothing but their number. */
    public void read(Path place, Consumer<RawRow> consumer) {
        for (long number = 1; number <= length; number++) {
            long row = number;
            consumer.accept(new RawRow(Integer.BYTES * sequenceLength, () -> row(place, row)));
        }
    }

    private static Row row(Path place, long number) {
        ObjectNode fields = JsonMapper.shared().createObjectNode();
        return new Row(place, number, fields.put("row", number));
    }
}
