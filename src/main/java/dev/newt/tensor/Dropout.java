package dev.newt.tensor;

/**
 * Drops each element with a probability and scales the others by {@code 1 / (1 - probability)}. Which elements is a function of the key
 * and the element's index alone, so that a backward pass or a recomputation draws the same.
 *
 * @param probability in [0, 1)
 * @param key names one use: run seed, step, micro batch and place in the model mixed into one number
 */
public record Dropout(double probability, long key) {
    public Dropout {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("dropout probability " + probability + " is not in [0, 1)");
        }
    }
}
