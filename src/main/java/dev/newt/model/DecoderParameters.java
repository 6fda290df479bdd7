package dev.newt.model;

import dev.newt.tensor.Linear;
import dev.newt.tensor.Parameter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The weights of a decoder.
 *
 * @param embedding [vocabulary, hidden]
 * @param finalNorm its weight [hidden] and, where it has one, its bias [hidden]
 * @param head [vocabulary, hidden]; the embedding itself where the two are tied
 * @param headModule the module that owns the head's weight, or would if they were not tied; as Hugging Face names it
 */
public record DecoderParameters(
        Parameter embedding, List<Layer> layers, Linear finalNorm, Parameter head, String headModule)
        implements AutoCloseable {
    public DecoderParameters {
        layers = List.copyOf(layers);
    }

    /**
     * One block's modules in the order of use.
     *
     * @param modules linear layers, and norms' weights and biases
     */
    public record Layer(Map<Place, Linear> modules) {
        public Layer {
            modules = Collections.unmodifiableMap(new LinkedHashMap<>(modules));
        }

        public Linear module(Role role) {
            return module(Place.of(role));
        }

        public Linear module(Place place) {
            Linear module = modules.get(place);
            if (module == null) {
                throw new IllegalStateException("a block without " + place);
            }
            return module;
        }

        /** The projections in the order of use. */
        public List<Linear> linears() {
            return modules.entrySet().stream()
                    .filter(entry -> entry.getKey().role().isLinear())
                    .map(Map.Entry::getValue)
                    .toList();
        }

        private Layer map(UnaryOperator<Linear> norms, UnaryOperator<Linear> linears) {
            Map<Place, Linear> mapped = new LinkedHashMap<>();
            modules.forEach((place, module) ->
                    mapped.put(place, (place.role().isLinear() ? linears : norms).apply(module)));
            return new Layer(mapped);
        }
    }

    /** The module that owns a weight, as Hugging Face names it: {@code model.layers.0.self_attn.q_proj}. */
    public static String moduleName(Parameter parameter) {
        String name = parameter.name();
        return name.substring(0, name.lastIndexOf('.'));
    }

    /** Every projection of every block, in the order of use. */
    public List<Linear> linears() {
        return layers.stream().flatMap(layer -> layer.linears().stream()).toList();
    }

    /** The same decoder with other projections. */
    public DecoderParameters mapLinears(UnaryOperator<Linear> map) {
        return new DecoderParameters(
                embedding,
                layers.stream().map(l -> l.map(UnaryOperator.identity(), map)).toList(),
                finalNorm,
                head,
                headModule);
    }

    /**
     * The same decoder with other base weights. Adapters stay. A tied weight is asked for twice, once as the embedding and once as the head, and
     * the answers may differ.
     */
    public DecoderParameters mapBase(UnaryOperator<Parameter> map) {
        UnaryOperator<Linear> linears =
                l -> new Linear(map.apply(l.weight()), l.bias().map(map), l.adapter());
        return new DecoderParameters(
                map.apply(embedding),
                layers.stream().map(l -> l.map(linears, linears)).toList(),
                linears.apply(finalNorm),
                map.apply(head),
                headModule);
    }

    /** All base weights, each once, in the checkpoint's usual order. */
    public List<Parameter> base() {
        Set<Parameter> all = new LinkedHashSet<>();
        all.add(embedding);
        for (Layer layer : layers) {
            layer.modules().values().forEach(module -> addBase(module, all));
        }
        addBase(finalNorm, all);
        all.add(head);
        return List.copyOf(all);
    }

    private static void addBase(Linear linear, Set<Parameter> all) {
        all.add(linear.weight());
        linear.bias().ifPresent(all::add);
    }

    /** The low-rank adapters' weights, in the order of use. */
    public List<Parameter> adapters() {
        List<Parameter> all = new ArrayList<>();
        for (Linear linear : linears()) {
            linear.adapter().ifPresent(adapter -> {
                all.add(adapter.a());
                all.add(adapter.b());
                Optional<Parameter> magnitude = adapter.magnitude();
                magnitude.ifPresent(all::add);
            });
        }
        return all;
    }

    /** Releases base weights and adapters. */
    @Override
    public void close() {
        adapters().forEach(Parameter::close);
        base().forEach(Parameter::close);
    }
}
