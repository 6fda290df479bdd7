package dev.newt.model;

import dev.newt.model.DecoderParameters.Layer;
import dev.newt.tensor.Activation;
import dev.newt.tensor.Routing;
import dev.newt.tensor.RoutingSpec;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * A mixture of experts (arXiv 1701.06538, 2401.04088): a router sends each token to a few of them, and what these give,
 * {@code down(activation(gate(x)) * up(x))}, is summed with the router's weights.
 *
 * @param intermediate of each expert
 * @param experts their number
 * @param routing how many each token goes to, and by which weights
 * @param balance factor on the load-balancing loss of all routers of the model together, which training adds to its own; 0: none
 */
public record Experts(int intermediate, Activation activation, int experts, RoutingSpec routing, double balance)
        implements FeedForward {
    /** Routers do not spread tokens evenly: the fullest expert is priced as if it had this many times its share. */
    private static final double UNEVENNESS = 2;
    /** An I64 index takes the place of two numbers. */
    private static final int INDEX = 2;

    public Experts {
        DecoderSpec.requirePositive("intermediate", intermediate);
        if (routing.topK() > experts) {
            throw new IllegalArgumentException(routing.topK() + " of " + experts + " experts");
        }
        if (!(balance >= 0) || Double.isInfinite(balance)) {
            throw new IllegalArgumentException("balance " + balance);
        }
    }

    @Override
    public List<Declaration> declare(int hidden) {
        List<Declaration> all = new ArrayList<>();
        all.add(Declaration.linear(Role.ROUTER, hidden, experts, false));
        for (int e = 0; e < experts; e++) {
            all.add(ofExpert(e, Declaration.linear(Role.EXPERT_GATE, hidden, intermediate, false)));
            all.add(ofExpert(e, Declaration.linear(Role.EXPERT_UP, hidden, intermediate, false)));
            all.add(ofExpert(e, Declaration.linear(Role.EXPERT_DOWN, intermediate, hidden, false)));
        }
        return all;
    }

    private Declaration ofExpert(int expert, Declaration one) {
        double share = (double) routing.topK() / experts;
        return new Declaration(Place.of(one.role(), expert), one.weight(), one.bias(), share);
    }

    @Override
    public Value apply(Tape tape, Value x, Layer weights) {
        Routing routes = tape.route(tape.linear(x, weights.module(Role.ROUTER)), routing);
        return tape.experts(x, routes, (expert, rows) -> {
            Value gate = tape.linear(rows, weights.module(Place.of(Role.EXPERT_GATE, expert)));
            Value up = tape.linear(rows, weights.module(Place.of(Role.EXPERT_UP, expert)));
            Value inner = tape.gatedActivation(gate, up, activation);
            return tape.linear(inner, weights.module(Place.of(Role.EXPERT_DOWN, expert)));
        });
    }

    @Override
    public Role last() {
        return Role.EXPERT_DOWN;
    }

    @Override
    public int keptResults() {
        return 2;
    }

    /** Of each of a token's experts the two inner results and, for the gradient of its weight, what it gave. */
    @Override
    public long keptElements(int hidden) {
        return routing.topK() * (2L * intermediate + hidden);
    }

    /** The router's probabilities and weights; which experts, and where the token's rows lie on the way there and back. */
    @Override
    public long keptScalars() {
        return experts + routing.topK() * (1L + 3 * INDEX);
    }

    @Override
    public double largestShare() {
        return Math.min(1, UNEVENNESS * routing.topK() / experts);
    }

    /** The gradients of what the experts gave, and of what they were given, lie there for all of them at once. */
    @Override
    public long heldElements(int hidden) {
        return 2L * routing.topK() * hidden;
    }
}
