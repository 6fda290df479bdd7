package dev.newt.tensor;

/**
 * A tensor on a {@link Tape}. It lives as long as the frame it was made in, or until the backward pass has used it; model code never
 * closes it.
 */
public final class Value {
    private final Tensor tensor;
    private final boolean requiresGradient;
    private int holders = 1;
    private Tensor gradient;
    private boolean gradientIsShared;

    Value(Tensor tensor, boolean requiresGradient) {
        this.tensor = tensor;
        this.requiresGradient = requiresGradient;
    }

    /** Throws {@link IllegalStateException} when the value's life is over. */
    public Tensor tensor() {
        if (holders == 0) {
            throw new IllegalStateException("value of shape " + tensor.shape() + " is used after its frame has ended");
        }
        return tensor;
    }

    public Shape shape() {
        return tensor.shape();
    }

    /** Whether anything trainable stands before it. */
    boolean requiresGradient() {
        return requiresGradient;
    }

    void hold() {
        holders++;
    }

    void release() {
        if (holders > 0 && --holders == 0) {
            tensor.close();
        }
    }

    /** Adds a gradient, which becomes this value's own. */
    void accumulate(Engine engine, Tensor addend) {
        if (gradient == null) {
            gradient = addend;
            return;
        }
        if (gradientIsShared) {
            Tensor sum = engine.add(gradient, addend);
            gradient.close();
            gradient = sum;
            gradientIsShared = false;
        } else {
            engine.addInto(addend, gradient);
        }
        addend.close();
    }

    /** Adds a gradient that others read too, without writing to it. */
    void accumulateShared(Engine engine, Tensor addend) {
        if (gradient == null) {
            gradient = engine.reshape(addend, addend.shape());
            gradientIsShared = true;
        } else if (gradientIsShared) {
            accumulate(engine, engine.reshape(addend, addend.shape()));
        } else {
            engine.addInto(addend, gradient);
        }
    }

    boolean hasGradient() {
        return gradient != null;
    }

    /** The gradient, from now on the caller's to read and close. */
    Tensor takeGradient() {
        Tensor taken = gradient;
        gradient = null;
        gradientIsShared = false;
        return taken;
    }
}
