package dev.newt.model;

import dev.newt.model.DecoderParameters.Layer;
import dev.newt.tensor.AttentionSpec;
import dev.newt.tensor.RotaryTables;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Causal attention with grouped heads and rotary positions.
 *
 * @param heads their number, size, scale and window; {@code heads * headDim} may differ from the hidden size
 * @param rotary turns the first of each head's dimensions
 * @param fused query, key and value are one matrix, whose rows are q, k and v of the first head, then of the next; else three matrices
 * @param qkvBias the query, key and value projections have a bias
 * @param outputBias the output projection has a bias
 * @param headNorm norms each query and each key head before they turn; its weight, [headDim], is the same for all heads
 */
public record GroupedAttention(
        AttentionSpec heads, Rotary rotary, boolean fused, boolean qkvBias, boolean outputBias, Optional<Norm> headNorm)
        implements Mixer {

    public GroupedAttention {
        if (rotary.dims() > heads.headDim()) {
            throw new IllegalArgumentException(rotary.dims() + " rotary dimensions in a head of " + heads.headDim());
        }
        if (fused && heads.heads() != heads.kvHeads()) {
            throw new IllegalArgumentException("fused heads come in threes: " + heads);
        }
    }

    /** Width of all query heads together: rows of the query projection. */
    public int queryWidth() {
        return heads.heads() * heads.headDim();
    }

    /** Width of all key (or value) heads together: rows of the key and of the value projection. */
    public int keyWidth() {
        return heads.kvHeads() * heads.headDim();
    }

    @Override
    public List<Declaration> declare(int hidden) {
        List<Declaration> all = new ArrayList<>();
        if (fused) {
            all.add(Declaration.linear(Role.QUERY_KEY_VALUE, hidden, 3L * queryWidth(), qkvBias));
        } else {
            all.add(Declaration.linear(Role.QUERY, hidden, queryWidth(), qkvBias));
            all.add(Declaration.linear(Role.KEY, hidden, keyWidth(), qkvBias));
            all.add(Declaration.linear(Role.VALUE, hidden, keyWidth(), qkvBias));
        }
        all.add(Declaration.linear(Role.ATTENTION_OUTPUT, queryWidth(), hidden, outputBias));
        headNorm.ifPresent(norm -> {
            all.add(norm.declare(Role.QUERY_NORM, heads.headDim()));
            all.add(norm.declare(Role.KEY_NORM, heads.headDim()));
        });
        return all;
    }

    @Override
    public Value apply(Tape tape, Value x, Layer weights, Sequences sequences) {
        RotaryTables tables = sequences.tables(rotary);
        int dim = heads.headDim();
        Value q;
        Value k;
        Value v;
        if (fused) {
            Value all = tape.linear(x, weights.module(Role.QUERY_KEY_VALUE));
            q = turned(tape, tape.slice(all, heads.heads(), 0, dim), weights, Role.QUERY_NORM, tables);
            k = turned(tape, tape.slice(all, heads.heads(), dim, dim), weights, Role.KEY_NORM, tables);
            v = tape.slice(all, heads.heads(), 2 * dim, dim);
        } else {
            q = turned(tape, tape.linear(x, weights.module(Role.QUERY)), weights, Role.QUERY_NORM, tables);
            k = turned(tape, tape.linear(x, weights.module(Role.KEY)), weights, Role.KEY_NORM, tables);
            v = tape.linear(x, weights.module(Role.VALUE));
        }
        return tape.linear(sequences.attention(q, k, v, heads), weights.module(Role.ATTENTION_OUTPUT));
    }

    private Value turned(Tape tape, Value x, Layer weights, Role norm, RotaryTables tables) {
        Value normed = headNorm.isPresent() ? headNorm.get().apply(tape, x, weights.module(norm)) : x;
        return tape.rotary(normed, tables, heads.headDim());
    }

    /** Queries, keys, values and the output; queries and keys before their norm, too. */
    @Override
    public long keptElements() {
        long beforeNorm = headNorm.isPresent() ? queryWidth() + keyWidth() : 0;
        return 2L * queryWidth() + 2L * keyWidth() + beforeNorm;
    }

    /** Log-sums of the scores, and what the heads' norms keep. */
    @Override
    public long keptScalars() {
        long ofNorms = headNorm.map(norm -> norm.keptScalars() * (heads.heads() + heads.kvHeads()))
                .orElse(0);
        return heads.heads() + ofNorms;
    }
}
