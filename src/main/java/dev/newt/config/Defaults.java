package dev.newt.config;

import dev.newt.config.yaml.Place;
import dev.newt.config.yaml.Source;
import dev.newt.config.yaml.YamlTree;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;

/** Writes the defaults of unset keys out. */
final class Defaults {
    private static final Place PLACE = new Place(Source.byDefault(), 0, 0, 0);

    private Defaults() {}

    /** A copy of the tree, with the defaults behind the keys of each level. */
    static YamlTree.Mapping added(YamlTree.Mapping root) {
        return added(root, NewtConfig.class);
    }

    private static YamlTree.Mapping added(YamlTree.Mapping mapping, Class<?> level) {
        YamlTree.Mapping whole = new YamlTree.Mapping(mapping.place());
        Map<String, RecordComponent> keys = Schema.keys(level);
        mapping.entries().forEach((key, entry) -> {
            YamlTree value = entry.value();
            if (keys.containsKey(key)) {
                value = inside(value, keys.get(key).getGenericType());
            }
            whole.entries().put(key, new YamlTree.Entry(entry.keyPlace(), value));
        });
        keys.forEach((key, component) -> {
            String byDefault = component.getAnnotation(Key.class).byDefault();
            YamlTree.Entry entry = whole.entries().get(key);
            boolean unset = entry == null || entry.value() instanceof YamlTree.Scalar scalar && scalar.isNull();
            if (unset && !byDefault.isEmpty()) {
                whole.entries().put(key, new YamlTree.Entry(PLACE, new YamlTree.Scalar(PLACE, byDefault, true)));
            }
        });
        return whole;
    }

    private static YamlTree inside(YamlTree value, Type type) {
        Class<?> raw = Schema.raw(Schema.elementOrSelf(type));
        if (!raw.isRecord() || Union.class.isAssignableFrom(raw)) {
            return value;
        }
        if (value instanceof YamlTree.Sequence list) {
            List<YamlTree> items =
                    list.items().stream().map(item -> item(item, raw)).toList();
            return new YamlTree.Sequence(list.place(), items);
        }
        return item(value, raw);
    }

    private static YamlTree item(YamlTree item, Class<?> level) {
        return item instanceof YamlTree.Mapping mapping ? added(mapping, level) : item;
    }
}
