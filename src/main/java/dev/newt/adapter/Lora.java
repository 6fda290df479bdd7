package dev.newt.adapter;

import dev.newt.model.Decoder;
import dev.newt.model.DecoderParameters;
import dev.newt.tensor.DType;
import dev.newt.tensor.DenseTrainableParameter;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Keys;
import dev.newt.tensor.Linear;
import dev.newt.tensor.Linear.LowRank;
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
import java.util.SplittableRandom;
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
        Attachment attachment = new Attachment(settings, engine, base.compute(), values, seed);
        DecoderParameters result = parameters.mapLinears(linear -> {
            String module = DecoderParameters.moduleName(linear.weight());
            return adapted.contains(module) ? linear.withAdapter(attachment.lowRank(module, linear)) : linear;
        });
        List<String> saved = saved(base, settings, adapted);
        if (!saved.isEmpty()) {
            result = attachment.replace(result, saved, base.spec().tiedHead());
        }
        return new Lora(new Decoder(base.spec(), result, base.compute()), settings, attachment.trainable);
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

    /** Makes the trainable parameters, one place at a time. */
    private static final class Attachment {
        private final LoraSettings settings;
        private final Engine engine;
        private final DType compute;
        private final Function<String, Optional<Tensor>> values;
        private final long seed;
        private final List<TrainableParameter> trainable = new ArrayList<>();
        private int site;

        Attachment(
                LoraSettings settings,
                Engine engine,
                DType compute,
                Function<String, Optional<Tensor>> values,
                long seed) {
            this.settings = settings;
            this.engine = engine;
            this.compute = compute;
            this.values = values;
            this.seed = seed;
        }

        LowRank lowRank(String module, Linear linear) {
            long in = linear.weight().shape().dim(1);
            long out = linear.weight().shape().dim(0);
            int rank = settings.rank();
            site++;
            TrainableParameter a =
                    add(nameOfA(module), values.apply(nameOfA(module)).orElseGet(() -> kaimingUniform(rank, in)));
            TrainableParameter b = add(
                    nameOfB(module),
                    values.apply(nameOfB(module))
                            .orElseGet(() -> engine.zeros(compute.accumulator(), Shape.of(out, rank))));
            Optional<Parameter> magnitude = Optional.empty();
            if (settings.dora()) {
                magnitude = Optional.of(add(
                        nameOfMagnitude(module),
                        values.apply(nameOfMagnitude(module)).orElseGet(() -> norms(linear, a, b))));
            }
            return new LowRank(a, b, magnitude, settings.scale(), settings.dropout(), site);
        }

        private Tensor norms(Linear linear, Parameter a, Parameter b) {
            try (Parameter.Lease w = linear.weight().lease();
                    Parameter.Lease leaseA = a.lease();
                    Parameter.Lease leaseB = b.lease()) {
                return engine.dimensionNorm(w.tensor(), leaseA.tensor(), leaseB.tensor(), settings.scale());
            }
        }

        /** Uniform in (-1/sqrt(in), 1/sqrt(in)): torch's kaiming_uniform_ with a = sqrt(5). */
        private Tensor kaimingUniform(int rank, long in) {
            SplittableRandom random = new SplittableRandom(Keys.mix(seed, site));
            double bound = 1 / Math.sqrt(in);
            float[] a = new float[Math.toIntExact(rank * in)];
            for (int i = 0; i < a.length; i++) {
                a[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
            Tensor uploaded = engine.upload(a, Shape.of(rank, in));
            if (uploaded.dtype() == compute.accumulator()) {
                return uploaded;
            }
            try (uploaded) {
                return engine.cast(uploaded, compute.accumulator());
            }
        }

        DecoderParameters replace(DecoderParameters parameters, List<String> modules, boolean tied) {
            List<Parameter> before = parameters.base();
            Parameter embedding = parameters.embedding();
            DecoderParameters replaced = parameters.mapBase(p -> {
                // A tied weight answers to the embedding's name here, and to the head's below: peft trains a copy for
                // each.
                return modules.contains(DecoderParameters.moduleName(p)) && !(tied && p == embedding)
                        ? full(p, p.name())
                        : p;
            });
            if (tied) {
                String head = parameters.headModule();
                replaced = new DecoderParameters(
                        modules.contains(DecoderParameters.moduleName(embedding))
                                ? full(embedding, embedding.name())
                                : embedding,
                        replaced.layers(),
                        replaced.finalNorm(),
                        modules.contains(head) ? full(embedding, head + ".weight") : embedding,
                        head);
            }
            Set<Parameter> kept = new HashSet<>(replaced.base());
            before.stream().filter(p -> !kept.contains(p)).forEach(Parameter::close);
            return replaced;
        }

        private TrainableParameter full(Parameter original, String name) {
            String saved = PREFIX + name;
            return add(saved, values.apply(saved).orElseGet(() -> {
                try (Parameter.Lease lease = original.lease()) {
                    return engine.cast(lease.tensor(), compute.accumulator());
                }
            }));
        }

        private TrainableParameter add(String name, Tensor master) {
            TrainableParameter parameter = new DenseTrainableParameter(name, engine, master, compute);
            trainable.add(parameter);
            return parameter;
        }
    }
}
