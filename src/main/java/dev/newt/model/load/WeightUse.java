package dev.newt.model.load;

/** What becomes of a weight once it is loaded. */
public enum WeightUse {
    /** Stays as it is, in the compute type; mapped from the file where the types agree. */
    FROZEN,
    /** Is trained in full. */
    TRAINED,
    /** Stays as it is, in 4 bits (NF4) with doubly quantised scales. */
    NF4,
    /** Stays as it is, in 4 bits with one 32-bit scale a block. */
    NF4_PLAIN
}
