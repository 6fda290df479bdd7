package dev.newt.run;

import dev.newt.model.DecoderSpec;
import dev.newt.tensor.RouterBalance;
import java.util.Map;

/**
 * The load-balancing loss of a model's routers, as transformers adds it to the loss of each micro batch: not shared out among those of a step, and in
 * evaluation too. Every token of the micro batch counts, trained or not.
 */
final class RouterLoss {
    static final String METRIC = "router_loss";

    private final double factor;

    /** @param spec of the model, which says how much the loss counts */
    RouterLoss(DecoderSpec spec) {
        this.factor = spec.routerBalance();
    }

    /** For a tape: sums what its routers do, and gives them their gradients on its way back. */
    RouterBalance balance() {
        return new RouterBalance(factor);
    }

    /** What is added to a summed loss, so that its mean over {@code weight} grows by the routers' loss times its factor. */
    double summed(RouterBalance balance, double weight) {
        return factor == 0 ? 0 : factor * balance.loss() * weight;
    }

    /** The loss without its factor, summed as the batch's own loss is. */
    Map<String, Double> metrics(RouterBalance balance, double batchWeight) {
        return factor == 0 ? Map.of() : Map.of(METRIC, balance.loss() * batchWeight);
    }
}
