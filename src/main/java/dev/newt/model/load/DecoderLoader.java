package dev.newt.model.load;

import dev.newt.model.Decoder;
import dev.newt.model.family.Checkpoint;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.tensor.DType;
import dev.newt.tensor.DenseTrainableParameter;
import dev.newt.tensor.Engine;
import dev.newt.tensor.FrozenParameter;
import dev.newt.tensor.Nf4Parameter;
import dev.newt.tensor.Nf4Tensors;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import dev.newt.weights.ModelDirectory;
import dev.newt.weights.Nf4;
import dev.newt.weights.Nf4Matrix;
import dev.newt.weights.StoredTensor;
import java.nio.ByteBuffer;
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
            case NF4 -> new Nf4Parameter(slot.name(), engine, doublyQuantised(stored), compute);
            case NF4_PLAIN -> new Nf4Parameter(slot.name(), engine, quantised(stored), compute);
        };
    }

    private Nf4Tensors doublyQuantised(StoredTensor stored) {
        Nf4Matrix matrix = Nf4.quantize(stored);
        return new Nf4Tensors(
                upload(matrix.packed(), DType.U8),
                new Nf4Tensors.DoublyQuantised(
                        upload(matrix.scaleCodes(), DType.U8),
                        upload(matrix.scaleScales(), DType.F32),
                        upload(matrix.scaleTable(), DType.F32),
                        matrix.scaleOffset()),
                matrix.shape());
    }

    private Nf4Tensors quantised(StoredTensor stored) {
        Nf4.Blocks blocks = Nf4.quantizeOnce(stored);
        Tensor scales = engine.upload(blocks.scales(), Shape.of(blocks.scales().length));
        return new Nf4Tensors(upload(blocks.packed(), DType.U8), new Nf4Tensors.Plain(scales), stored.shape());
    }

    private Tensor upload(ByteBuffer elements, DType dtype) {
        return engine.upload(elements, dtype, Shape.of(elements.remaining() / dtype.bytes()));
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
