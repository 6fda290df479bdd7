package dev.newt.model;

import dev.newt.model.DecoderParameters.Layer;
import dev.newt.tensor.AttentionSpec;
import dev.newt.tensor.RotaryTables;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Value;
import java.util.List;

/** The part of a block that lets tokens see one another. A new kind is a file of its own and an entry in {@code permits}. */
public sealed interface Mixer permits GroupedAttention {
    /** What it needs weights for, in the order of use. */
    List<Declaration> declare(int hidden);

    /** [T, hidden], normed where the block says so -> [T, hidden]. */
    Value apply(Tape tape, Value x, Layer weights, Sequences sequences);

    /** Elements of the compute type that are kept of each token for the backward pass. */
    long keptElements();

    /** Numbers of the accumulator type that are kept of each token for the backward pass. */
    long keptScalars();

    /** The sequences at hand: rows of a training batch, or one that grows. */
    interface Sequences {
        RotaryTables tables(Rotary rotary);

        Value attention(Value q, Value k, Value v, AttentionSpec spec);
    }
}
