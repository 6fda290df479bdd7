package dev.newt.run;

import dev.newt.model.DecoderSpec;
import dev.newt.tensor.RouterBalance;
import java.util.Map;

/**
 * The load-balancing loss of a model's routers. Training adds it to the loss of each micro batch as transformers does: over every token, trained or not,
 * and not shared out among the micro batches of a step. An evaluation reports it beside the loss, which stays that of the text.
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

    /** What training adds to a micro batch's summed loss, which will be multiplied by {@code lossScale}. */
    double summed(RouterBalance balance, double lossScale) {
        return factor == 0 ? 0 : factor * balance.loss() / lossScale;
    }

    /** The loss without its factor, summed as the batch's own loss is. */
    Map<String, Double> metrics(RouterBalance balance, double batchWeight) {
        return factor == 0 ? Map.of() : Map.of(METRIC, balance.loss() * batchWeight);
    }
}
