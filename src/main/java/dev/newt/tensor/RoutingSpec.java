package dev.newt.tensor;

/**
 * How a router chooses among experts.
 *
 * @param topK experts of a token
 * @param renormalise whether the weights of the chosen experts are divided by their sum
 */
public record RoutingSpec(int topK, boolean renormalise) {
    public RoutingSpec {
        if (topK <= 0) {
            throw new IllegalArgumentException("a router that chooses " + topK + " experts");
        }
    }
}
