package dev.newt.jinja;

import java.util.Iterator;
import java.util.List;

/** What an assignment writes to. */
sealed interface Target {
    void assign(Scope scope, Object value);

    record Variable(String name) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            scope.set(name, value);
        }
    }

    record NamespaceAttribute(String name, String attribute) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            if (!(scope.get(name) instanceof Namespace namespace)) {
                throw new TemplateFailure("cannot assign attribute on non-namespace object '" + name + "'");
            }
            namespace.set(attribute, value);
        }
    }

    record Unpack(List<Target> targets) implements Target {
        @Override
        public void assign(Scope scope, Object value) {
            Iterator<Object> elements = Values.iterate(value);
            Object[] unpacked = new Object[targets.size()];
            for (int i = 0; i < unpacked.length; i++) {
                if (!elements.hasNext()) {
                    throw new TemplateFailure(
                            "not enough values to unpack (expected " + unpacked.length + ", got " + i + ")");
                }
                unpacked[i] = elements.next();
            }
            if (elements.hasNext()) {
                throw new TemplateFailure("too many values to unpack (expected " + unpacked.length + ")");
            }
            for (int i = 0; i < unpacked.length; i++) {
                targets.get(i).assign(scope, unpacked[i]);
            }
        }
    }
}
