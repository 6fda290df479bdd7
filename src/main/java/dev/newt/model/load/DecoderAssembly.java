package dev.newt.model.load;

import dev.newt.model.Decoder;
import dev.newt.model.DecoderParameters;
import dev.newt.model.DecoderParameters.Layer;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.Module;
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
        Map<Place, Parameter> byPlace = new LinkedHashMap<>();
        made.forEach((slot, parameter) -> byPlace.put(new Place(slot.module(), slot.layer(), slot.bias()), parameter));
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < config.spec().layers(); i++) {
            OptionalInt layer = OptionalInt.of(i);
            Function<Module, Linear> linear = module -> new Linear(
                    byPlace.get(new Place(module, layer, false)),
                    Optional.ofNullable(byPlace.get(new Place(module, layer, true))),
                    Optional.empty());
            layers.add(new Layer(
                    byPlace.get(new Place(Module.ATTENTION_NORM, layer, false)),
                    linear.apply(Module.QUERY),
                    linear.apply(Module.KEY),
                    linear.apply(Module.VALUE),
                    linear.apply(Module.ATTENTION_OUTPUT),
                    byPlace.get(new Place(Module.MLP_NORM, layer, false)),
                    linear.apply(Module.GATE),
                    linear.apply(Module.UP),
                    linear.apply(Module.DOWN)));
        }
        Parameter embedding = byPlace.get(new Place(Module.EMBEDDING, OptionalInt.empty(), false));
        Parameter head =
                config.spec().tiedHead() ? embedding : byPlace.get(new Place(Module.HEAD, OptionalInt.empty(), false));
        return new DecoderParameters(
                embedding, layers, byPlace.get(new Place(Module.FINAL_NORM, OptionalInt.empty(), false)), head);
    }

    private record Place(Module module, OptionalInt layer, boolean bias) {}
}
