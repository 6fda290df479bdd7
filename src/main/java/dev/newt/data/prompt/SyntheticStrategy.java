package dev.newt.data.prompt;

import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.Synthetic;
import dev.newt.data.pack.Permutation;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import java.util.List;

/** Random tokens, determined by the seed and the row's number. */
final class SyntheticStrategy implements PromptStrategy {
    private final Synthetic rows;
    private final int ids;

    /** @param vocabulary its size, which is the limit if the rows set none */
    SyntheticStrategy(Synthetic rows, int vocabulary) {
        this.rows = rows;
        this.ids = rows.maxInputId().orElse(vocabulary) - rows.minInputId();
        if (ids < 1) {
            throw new UserException("datasets: type _synthetic draws from the ids " + rows.minInputId() + " to "
                    + (rows.maxInputId().orElse(vocabulary) - 1)
                    + ", which is none. Choose a lower min_input_id or a higher max_input_id.");
        }
    }

    @Override
    public Ending ending(Row row) {
        return Ending.FREE;
    }

    @Override
    public List<Example> examples(Row row) {
        int[] tokens = new int[rows.sequenceLength()];
        long first = (row.number() - 1) * tokens.length;
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = rows.minInputId() + (int) (Permutation.uniform(rows.seed(), first + i) * ids);
        }
        return List.of(new ExampleBuilder().add(tokens, true).build());
    }
}
