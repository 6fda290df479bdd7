package dev.newt.adapter;

import dev.newt.model.Decoder;
import dev.newt.model.DecoderParameters;
import dev.newt.tensor.DType;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Linear;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import dev.newt.weights.TensorInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A decoder with a low-rank adapter.
 *
 * @param decoder with the adapter in its projections; owns it
 * @param trainable the adapter's weights and the modules trained in full, named as in PEFT's file
 */
public record Lora(Decoder decoder, LoraSettings settings, List<TrainableParameter> trainable)
        implements AutoCloseable {
    static final String PREFIX = "base_model.model.";

    public Lora {
        trainable = List.copyOf(trainable);
    }

    /** Adds a fresh adapter that changes nothing yet: A random, B zero (as peft initialises), magnitudes those of the weights. */
    public static Lora initialise(Decoder base, LoraSettings settings, Engine engine, long seed) {
        return attach(base, settings, engine, name -> Optional.empty(), seed);
    }

    /**
     * Adds an adapter with known values.
     *
     * @param values by name in PEFT's file, in the accumulator type; become the adapter's own
     */
    public static Lora of(Decoder base, LoraSettings settings, Engine engine, Function<String, Tensor> values) {
        return attach(base, settings, engine, name -> Optional.of(values.apply(name)), 0);
    }

    /** Releases the base model and the adapter. */
    @Override
    public void close() {
        decoder.close();
    }

    static String nameOfA(String module) {
        return PREFIX + module + ".lora_A.weight";
    }

    static String nameOfB(String module) {
        return PREFIX + module + ".lora_B.weight";
    }

    static String nameOfMagnitude(String module) {
        return PREFIX + module + ".lora_magnitude_vector";
    }

    private static Lora attach(
            Decoder base, LoraSettings settings, Engine engine, Function<String, Optional<Tensor>> values, long seed) {
        DecoderParameters parameters = base.parameters();
        Set<String> adapted = adapted(base, settings);
        LoraInitialiser initialiser = new LoraInitialiser(settings, engine, base.compute(), values, seed);
        DecoderParameters result = parameters.mapLinears(linear -> {
            String module = DecoderParameters.moduleName(linear.weight());
            return adapted.contains(module) ? linear.withAdapter(initialiser.lowRank(module, linear)) : linear;
        });
        List<String> saved = saved(base, settings, adapted);
        if (!saved.isEmpty()) {
            result = initialiser.replace(result, saved, base.spec().tiedHead());
        }
        return new Lora(new Decoder(base.spec(), result, base.compute()), settings, initialiser.trainable());
    }

    private static Set<String> adapted(Decoder base, LoraSettings settings) {
        List<String> linears = base.parameters().linears().stream()
                .map(l -> DecoderParameters.moduleName(l.weight()))
                .toList();
        return new HashSet<>(LoraTargets.adapted(settings.targets(), linears));
    }

    private static List<String> saved(Decoder base, LoraSettings settings, Set<String> adapted) {
        List<String> modules = new ArrayList<>(base.parameters().base().stream()
                .map(DecoderParameters::moduleName)
                .distinct()
                .toList());
        if (base.spec().tiedHead()) {
            modules.add(base.parameters().headModule());
        }
        return LoraTargets.saved(settings.modulesToSave(), modules, adapted);
    }

    /** The tensors of such an adapter's file, masters in 32 bits. */
    static List<TensorInfo> tensors(Decoder base, LoraSettings settings) {
        Set<String> adapted = adapted(base, settings);
        List<TensorInfo> tensors = new ArrayList<>();
        for (Linear linear : base.parameters().linears()) {
            String module = DecoderParameters.moduleName(linear.weight());
            if (adapted.contains(module)) {
                long out = linear.weight().shape().dim(0);
                long in = linear.weight().shape().dim(1);
                tensors.add(new TensorInfo(nameOfA(module), DType.F32, Shape.of(settings.rank(), in)));
                tensors.add(new TensorInfo(nameOfB(module), DType.F32, Shape.of(out, settings.rank())));
                if (settings.dora()) {
                    tensors.add(new TensorInfo(nameOfMagnitude(module), DType.F32, Shape.of(out)));
                }
            }
        }
        List<String> saved = saved(base, settings, adapted);
        for (Parameter parameter : base.parameters().base()) {
            if (saved.contains(DecoderParameters.moduleName(parameter))) {
                tensors.add(new TensorInfo(PREFIX + parameter.name(), DType.F32, parameter.shape()));
            }
        }
        String head = base.parameters().headModule();
        if (base.spec().tiedHead() && saved.contains(head)) {
            Parameter table = base.parameters().embedding();
            tensors.add(new TensorInfo(PREFIX + head + ".weight", DType.F32, table.shape()));
        }
        return tensors;
    }
}
