package dev.newt.model.load;

import dev.newt.model.Decoder;
import dev.newt.model.Role;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.tensor.DType;
import dev.newt.tensor.DenseTrainableParameter;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Keys;
import dev.newt.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A decoder to be trained from scratch, initialised as Hugging Face does: matrices normal with the config's standard deviation, norms 1,
 * biases 0.
 */
public final class DecoderInitializer {
    private DecoderInitializer() {}

    public static Decoder initialise(ModelConfig config, Engine engine, DType compute, long seed) {
        return DecoderAssembly.assemble(config, compute, slot -> {
            float[] values = new float[Math.toIntExact(slot.shape().elements())];
            fill(values, slot, config.initializerRange(), seed);
            Tensor master = engine.upload(values, slot.shape());
            if (master.dtype() != compute.accumulator()) {
                try (Tensor narrow = master) {
                    master = engine.cast(narrow, compute.accumulator());
                }
            }
            return new DenseTrainableParameter(slot.name(), engine, master, compute);
        });
    }

    private static void fill(float[] values, TensorSlot slot, double deviation, long seed) {
        if (slot.bias()) {
            return;
        }
        if (slot.role().part() == Role.Part.NORM) {
            Arrays.fill(values, 1);
            return;
        }
        SplittableRandom random =
                new SplittableRandom(Keys.mix(seed, slot.name().hashCode()));
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
    }
}
