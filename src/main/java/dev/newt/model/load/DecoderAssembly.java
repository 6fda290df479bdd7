package dev.newt.model.load;

import dev.newt.model.Declaration;
import dev.newt.model.Decoder;
import dev.newt.model.DecoderParameters;
import dev.newt.model.DecoderParameters.Layer;
import dev.newt.model.Place;
import dev.newt.model.Role;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.tensor.DType;
import dev.newt.tensor.Linear;
import dev.newt.tensor.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** Puts parameters into their places. */
public final class DecoderAssembly {
    private final Map<TensorSlot, Parameter> made = new LinkedHashMap<>();
    private final ModelConfig config;

    private DecoderAssembly(ModelConfig config) {
        this.config = config;
    }

    /**
     * A decoder with one parameter for each of the model's tensors, asked for in the checkpoint's order. Where one fails, those before it are
     * closed.
     */
    public static Decoder assemble(ModelConfig config, DType compute, Function<TensorSlot, Parameter> parameters) {
        DecoderAssembly assembly = new DecoderAssembly(config);
        try {
            for (TensorSlot slot : config.tensors().all()) {
                assembly.made.put(slot, parameters.apply(slot));
            }
        } catch (RuntimeException e) {
            assembly.made.values().forEach(Parameter::close);
            throw e;
        }
        return new Decoder(config.spec(), assembly.parameters(), compute);
    }

    private DecoderParameters parameters() {
        Map<Key, Parameter> byPlace = new LinkedHashMap<>();
        made.forEach((slot, parameter) -> byPlace.put(new Key(slot.place(), slot.layer(), slot.bias()), parameter));
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < config.spec().layers(); i++) {
            OptionalInt layer = OptionalInt.of(i);
            Map<Place, Linear> modules = new LinkedHashMap<>();
            for (Declaration declared :
                    config.spec().blocks().get(i).declare(config.spec().hidden())) {
                modules.put(declared.place(), module(byPlace, declared.place(), layer));
            }
            layers.add(new Layer(modules));
        }
        OptionalInt none = OptionalInt.empty();
        Parameter embedding = module(byPlace, Place.of(Role.EMBEDDING), none).weight();
        Parameter head = config.spec().tiedHead()
                ? embedding
                : module(byPlace, Place.of(Role.HEAD), none).weight();
        Linear norm = module(byPlace, Place.of(Role.FINAL_NORM), none);
        return new DecoderParameters(
                embedding, layers, norm, head, config.tensors().moduleName(Role.HEAD));
    }

    private static Linear module(Map<Key, Parameter> parameters, Place place, OptionalInt layer) {
        return new Linear(
                parameters.get(new Key(place, layer, false)),
                Optional.ofNullable(parameters.get(new Key(place, layer, true))),
                Optional.empty());
    }

    private record Key(Place place, OptionalInt layer, boolean bias) {}
}
