package dev.newt.tensor;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A tensor on a {@link Tape}. It lives as long as the frame it was made in, or until the backward pass has used it; model code never
 * closes it.
 */
public final class Value {
    private final Shape shape;
    private final DType dtype;
    private final boolean requiresGradient;
    /** Whether the frame that made it still stands. */
    private boolean framed = true;
    /** Backward steps that will read it. */
    private int readers;
    /** Null while nothing holds it, or where it is made anew for its readers. */
    private Tensor tensor;
    /** Makes the tensor once more; null where it is kept instead. */
    private Supplier<Tensor> remake;

    private Tensor gradient;
    private boolean gradientIsShared;

    Value(Tensor tensor, boolean requiresGradient) {
        this.tensor = tensor;
        this.shape = tensor.shape();
        this.dtype = tensor.dtype();
        this.requiresGradient = requiresGradient;
    }

    private Value(Shape shape, DType dtype) {
        this.shape = shape;
        this.dtype = dtype;
        this.requiresGradient = true;
    }

    /** A value that is never computed, only its gradient is: where the gradients of a value's parts meet. */
    static Value gradientAlone(Shape shape, DType dtype) {
        return new Value(shape, dtype);
    }

    /**
     * From the frame's end until the first backward step that reads it, the tensor is not kept: it costs less to make than to store.
     *
     * @param remake gives the same bits; what it reads outlives all readers of this value
     */
    void remadeBy(Supplier<Tensor> remake) {
        this.remake = remake;
    }

    /** Throws {@link IllegalStateException} when the value's life is over. */
    public Tensor tensor() {
        if (tensor == null) {
            if (remake == null || readers == 0) {
                throw new IllegalStateException("value of shape " + shape + " is used after its frame has ended");
            }
            tensor = remake.get();
        }
        return tensor;
    }

    public Shape shape() {
        return shape;
    }

    public DType dtype() {
        return dtype;
    }

    /** Whether anything trainable stands before it. */
    boolean requiresGradient() {
        return requiresGradient;
    }

    /** A backward step will read it. */
    void hold() {
        readers++;
    }

    /** A backward step has read it. */
    void release() {
        readers--;
        if (readers == 0 && !framed) {
            close();
        }
    }

    /** The frame that made it has ended. */
    void endFrame() {
        framed = false;
        if (readers == 0 || remake != null) {
            close();
        }
    }

    private void close() {
        if (tensor != null) {
            tensor.close();
            tensor = null;
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

    /** Adds to a part of the gradient; the rest is zero where nothing else has come. */
    void accumulatePart(Engine engine, Consumer<Tensor> addition) {
        if (gradient == null) {
            gradient = engine.zeros(dtype, shape);
        } else if (gradientIsShared) {
            Tensor own = engine.cast(gradient, dtype);
            gradient.close();
            gradient = own;
            gradientIsShared = false;
        }
        addition.accept(gradient);
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
