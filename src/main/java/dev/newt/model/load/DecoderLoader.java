package dev.newt.model.load;

import dev.newt.model.Decoder;
import dev.newt.model.family.Checkpoint;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.tensor.DType;
import dev.newt.tensor.DenseTrainableParameter;
import dev.newt.tensor.Engine;
import dev.newt.tensor.FrozenParameter;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Tensor;
import dev.newt.weights.ModelDirectory;
import dev.newt.weights.StoredTensor;
import java.util.Map;
import java.util.function.Function;

/** Decoders from a Hugging Face folder. */
public final class DecoderLoader {
    private final Engine engine;
    private final DType compute;

    private DecoderLoader(Engine engine, DType compute) {
        this.engine = engine;
        this.compute = compute;
    }

    /**
     * Loads a decoder. Frozen weights of the compute type stay mapped: the folder's files must not change while the decoder is in use.
     *
     * @param use what each weight is loaded for; 4 bits are for matrices alone
     * @throws dev.newt.io.UserException with every tensor that is missing or of a wrong shape or type
     */
    public static Decoder load(
            ModelConfig config,
            ModelDirectory directory,
            Engine engine,
            DType compute,
            Function<TensorSlot, WeightUse> use) {
        Map<TensorSlot, StoredTensor> stored = Checkpoint.bind(config, directory);
        DecoderLoader loader = new DecoderLoader(engine, compute);
        return DecoderAssembly.assemble(
                config, compute, slot -> loader.parameter(slot, stored.get(slot), use.apply(slot)));
    }

    private Parameter parameter(TensorSlot slot, StoredTensor stored, WeightUse use) {
        return switch (use) {
            case FROZEN -> new FrozenParameter(slot.name(), dense(stored, compute));
            case TRAINED -> new DenseTrainableParameter(
                    slot.name(), engine, copied(stored, compute.accumulator()), compute);
            case NF4, NF4_PLAIN -> throw new UnsupportedOperationException();
        };
    }

    /** Mapped where the types agree. */
    private Tensor dense(StoredTensor stored, DType dtype) {
        return stored.dtype() == dtype ? engine.map(stored.buffer(), dtype, stored.shape()) : copied(stored, dtype);
    }

    private Tensor copied(StoredTensor stored, DType dtype) {
        try (Tensor mapped = engine.map(stored.buffer(), stored.dtype(), stored.shape())) {
            return engine.cast(mapped, dtype);
        }
    }
}
