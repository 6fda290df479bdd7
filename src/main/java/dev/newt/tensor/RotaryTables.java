package dev.newt.tensor;

/**
 * Cosines and sines of every token's rotation angles.
 *
 * @param cos [T, rotaryDims / 2]
 * @param sin likewise
 */
public record RotaryTables(Tensor cos, Tensor sin) implements AutoCloseable {
    @Override
    public void close() {
        cos.close();
        sin.close();
    }
}
