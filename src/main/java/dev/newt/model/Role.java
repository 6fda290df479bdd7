package dev.newt.model;

/** The places in a decoder where weights sit. */
public enum Role {
    EMBEDDING(Part.EMBEDDING, false, false),
    QUERY(Part.ATTENTION, true, true),
    KEY(Part.ATTENTION, true, true),
    VALUE(Part.ATTENTION, true, true),
    /** Query, key and value in one matrix. */
    QUERY_KEY_VALUE(Part.ATTENTION, true, true),
    ATTENTION_OUTPUT(Part.ATTENTION, true, true),
    /** Of each query head by itself. */
    QUERY_NORM(Part.NORM, true, false),
    /** Of each key head by itself. */
    KEY_NORM(Part.NORM, true, false),
    GATE(Part.MLP, true, true),
    UP(Part.MLP, true, true),
    DOWN(Part.MLP, true, true),
    /** From a token to a score for each expert: [experts, hidden]. */
    ROUTER(Part.EXPERTS, true, true),
    EXPERT_GATE(Part.EXPERTS, true, true),
    EXPERT_UP(Part.EXPERTS, true, true),
    EXPERT_DOWN(Part.EXPERTS, true, true),
    /** Before the attention. */
    ATTENTION_NORM(Part.NORM, true, false),
    /** Before the feed-forward block. */
    MLP_NORM(Part.NORM, true, false),
    /** After the last block. */
    FINAL_NORM(Part.NORM, false, false),
    /** From hidden states to logits; has no weights of its own where it is tied to the embedding. */
    HEAD(Part.HEAD, false, true);

    private final Part part;
    private final boolean inEachLayer;
    private final boolean linear;

    Role(Part part, boolean inEachLayer, boolean linear) {
        this.part = part;
        this.inEachLayer = inEachLayer;
        this.linear = linear;
    }

    public Part part() {
        return part;
    }

    /** Whether each block has one, or the model has one. */
    public boolean inEachLayer() {
        return inEachLayer;
    }

    /** Whether it is a linear layer, weight [out, in]. */
    public boolean isLinear() {
        return linear;
    }

    /** What parameters are counted by. */
    public enum Part {
        EMBEDDING,
        ATTENTION,
        MLP,
        /** With their router. */
        EXPERTS,
        NORM,
        HEAD
    }
}
