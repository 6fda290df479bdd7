package dev.newt.optim;

import dev.newt.tensor.Engine;
import dev.newt.tensor.TrainableParameter;
import java.util.List;
import java.util.SortedMap;

/** Which optimizer, with its constants. Each kind builds its optimizer and says what its state takes. */
public interface OptimizerSettings {
    /** The optimizer over these parameters, before its first step. The caller closes it. */
    Optimizer create(Engine engine, List<? extends TrainableParameter> parameters);

    /** How it is called in plans. */
    String name();

    /** Its constants by name. */
    SortedMap<String, Double> constants();

    /** State tensors for each trained parameter, all of its size in 32 bits. */
    int buffers();

    /** Bytes of state for so many trained elements. */
    default long stateBytes(long elements) {
        return Math.multiplyExact(elements, (long) buffers() * Float.BYTES);
    }
}
