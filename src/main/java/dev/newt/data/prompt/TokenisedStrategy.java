package dev.newt.data.prompt;

import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.rows.Row;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * Rows that are tokens already: {@code input_ids}, {@code labels} with -100 for tokens that are not trained, and {@code attention_mask}, whose
 * zeros mark padding, which is removed.
 */
final class TokenisedStrategy implements PromptStrategy {
    private static final int NOT_TRAINED = -100;

    @Override
    public Ending ending(Row row) {
        return Ending.USUAL;
    }

    @Override
    public List<Example> examples(Row row) {
        int[] ids = ints(row, "input_ids");
        int[] labels = ints(row, "labels");
        int[] mask = row.fields().hasNonNull("attention_mask")
                ? ints(row, "attention_mask")
                : IntStream.generate(() -> 1).limit(ids.length).toArray();
        if (labels.length != ids.length || mask.length != ids.length) {
            throw row.error("input_ids, labels and attention_mask must be equally long, but have " + ids.length + ", "
                    + labels.length + " and " + mask.length + " entries.");
        }
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0) {
                throw row.error("input_ids[" + i + "] is " + ids[i] + "; token ids are not negative.");
            }
            if (labels[i] != NOT_TRAINED && labels[i] != ids[i]) {
                throw row.error("labels[" + i + "] is " + labels[i] + "; it must be -100 or the same as input_ids[" + i
                        + "], which is " + ids[i] + ".");
            }
        }
        int[] kept = IntStream.range(0, ids.length).filter(i -> mask[i] != 0).toArray();
        int[] tokens = new int[kept.length];
        boolean[] trained = new boolean[kept.length];
        for (int i = 0; i < kept.length; i++) {
            tokens[i] = ids[kept[i]];
            trained[i] = labels[kept[i]] != NOT_TRAINED;
        }
        return List.of(new Example(tokens, trained));
    }

    private static int[] ints(Row row, String field) {
        JsonNode values = Fields.required(row, field);
        if (!values.isArray()) {
            throw row.error("field \"" + field + "\" must be a list of numbers, but is " + Fields.kind(values) + ".");
        }
        int[] ints = new int[values.size()];
        for (int i = 0; i < ints.length; i++) {
            if (!values.get(i).isInt()) {
                throw row.error(
                        "field \"" + field + "\" must be a list of whole numbers, but holds " + values.get(i) + ".");
            }
            ints[i] = values.get(i).asInt();
        }
        return ints;
    }
}
