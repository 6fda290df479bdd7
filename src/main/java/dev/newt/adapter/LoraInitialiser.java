package dev.newt.adapter;

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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Makes an adapter's trainable parameters, one place at a time: their first values, or those of an adapter that is read. */
final class LoraInitialiser {
    private final LoraSettings settings;
    private final Engine engine;
    private final DType compute;
    private final Function<String, Optional<Tensor>> values;
    private final long seed;
    private final List<TrainableParameter> trainable = new ArrayList<>();
    private int site;

    LoraInitialiser(
            LoraSettings settings, Engine engine, DType compute, Function<String, Optional<Tensor>> values, long seed) {
        this.settings = settings;
        this.engine = engine;
        this.compute = compute;
        this.values = values;
        this.seed = seed;
    }

    /** What was made so far, in order. */
    List<TrainableParameter> trainable() {
        return trainable;
    }

    LowRank lowRank(String module, Linear linear) {
        long in = linear.weight().shape().dim(1);
        long out = linear.weight().shape().dim(0);
        int rank = settings.rank();
        site++;
        TrainableParameter a =
                add(Lora.nameOfA(module), values.apply(Lora.nameOfA(module)).orElseGet(() -> kaimingUniform(rank, in)));
        TrainableParameter b = add(
                Lora.nameOfB(module),
                values.apply(Lora.nameOfB(module))
                        .orElseGet(() -> engine.zeros(compute.accumulator(), Shape.of(out, rank))));
        Optional<Parameter> magnitude = Optional.empty();
        if (settings.dora()) {
            magnitude = Optional.of(add(
                    Lora.nameOfMagnitude(module),
                    values.apply(Lora.nameOfMagnitude(module)).orElseGet(() -> norms(linear, a, b))));
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
        String saved = Lora.PREFIX + name;
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
