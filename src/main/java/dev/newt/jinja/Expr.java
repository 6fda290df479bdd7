package dev.newt.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An expression of a template. Each form knows how to evaluate itself. */
sealed interface Expr {
    Object eval(Scope scope);

    record Constant(Object value) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return value;
        }
    }

    record Name(String name) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return scope.get(name);
        }
    }

    record ListOf(List<Expr> items) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return evalAll(items, scope);
        }
    }

    record TupleOf(List<Expr> items) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return new Tuple(evalAll(items, scope));
        }
    }

    record DictOf(List<Expr> keys, List<Expr> values) implements Expr {
        @Override
        public Object eval(Scope scope) {
            Dict dict = new Dict();
            for (int i = 0; i < keys.size(); i++) {
                dict.put(keys.get(i).eval(scope), values.get(i).eval(scope));
            }
            return dict;
        }
    }

    record Attribute(Expr target, String name) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return Access.attribute(target.eval(scope), name);
        }
    }

    record Item(Expr target, Expr key) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return Access.item(target.eval(scope), key.eval(scope));
        }
    }

    record Slice(Expr target, Optional<Expr> start, Optional<Expr> stop, Optional<Expr> step) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return Access.slice(target.eval(scope), bound(start, scope), bound(stop, scope), bound(step, scope));
        }

        private static Object bound(Optional<Expr> bound, Scope scope) {
            return bound.isPresent() ? bound.get().eval(scope) : null;
        }
    }

    record Call(Expr target, CallArguments arguments) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return Access.call(target.eval(scope), arguments.eval(scope));
        }
    }

    /** @param input absent in a filter block, where the block's text takes its place */
    record Filter(Expr input, String name, CallArguments arguments) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return Filters.apply(name, input.eval(scope), arguments.eval(scope));
        }
    }

    record Test(Expr input, String name, CallArguments arguments) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return JinjaTests.test(name, input.eval(scope), arguments.eval(scope));
        }
    }

    /** The text of a set or filter block as it passes through the block's filters. */
    record Captured() implements Expr {
        /** A name that no template can write. */
        static final String NAME = " captured";

        @Override
        public Object eval(Scope scope) {
            return scope.get(NAME);
        }
    }

    record Binary(String operator, Expr left, Expr right) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return Values.arithmetic(operator, left.eval(scope), right.eval(scope));
        }
    }

    record Sign(boolean negative, Expr operand) implements Expr {
        @Override
        public Object eval(Scope scope) {
            Object value = operand.eval(scope);
            Values.failIfUndefined(value);
            if (!Numbers.isNumber(value)) {
                throw new TemplateFailure(
                        "bad operand type for unary " + (negative ? "-" : "+") + ": '" + Values.typeName(value) + "'");
            }
            return negative
                    ? Numbers.negate(value)
                    : value instanceof Double ? value : Numbers.compact(Numbers.big(value));
        }
    }

    record Concat(List<Expr> parts) implements Expr {
        @Override
        public Object eval(Scope scope) {
            TextBuilder out = new TextBuilder();
            parts.forEach(part -> out.append(PythonText.str(part.eval(scope))));
            return out.toText();
        }
    }

    record Comparison(Expr first, List<String> operators, List<Expr> others) implements Expr {
        @Override
        public Object eval(Scope scope) {
            Object left = first.eval(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object right = others.get(i).eval(scope);
                scope.execution().limits().step();
                if (!Values.compares(operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        }
    }

    record And(Expr left, Expr right) implements Expr {
        @Override
        public Object eval(Scope scope) {
            Object value = left.eval(scope);
            return Values.isTrue(value) ? right.eval(scope) : value;
        }
    }

    record Or(Expr left, Expr right) implements Expr {
        @Override
        public Object eval(Scope scope) {
            Object value = left.eval(scope);
            return Values.isTrue(value) ? value : right.eval(scope);
        }
    }

    record Not(Expr operand) implements Expr {
        @Override
        public Object eval(Scope scope) {
            return !Values.isTrue(operand.eval(scope));
        }
    }

    record Conditional(Expr condition, Expr then, Optional<Expr> otherwise) implements Expr {
        @Override
        public Object eval(Scope scope) {
            if (Values.isTrue(condition.eval(scope))) {
                return then.eval(scope);
            }
            return otherwise.isPresent()
                    ? otherwise.get().eval(scope)
                    : new Undefined("the inline if-expression evaluated to false and no else section was defined");
        }
    }

    /** The arguments as written; {@code spread} is {@code *list}, {@code spreadNamed} is {@code **dict}. */
    record CallArguments(
            List<Expr> positional, Map<String, Expr> named, Optional<Expr> spread, Optional<Expr> spreadNamed) {
        static final CallArguments NONE = new CallArguments(List.of(), Map.of(), Optional.empty(), Optional.empty());

        Arguments eval(Scope scope) {
            if (this == NONE) {
                return Arguments.NONE;
            }
            List<Object> values = evalAll(positional, scope);
            Map<String, Object> byName = new LinkedHashMap<>();
            named.forEach((name, value) -> byName.put(name, value.eval(scope)));
            spread.ifPresent(list -> Values.iterate(list.eval(scope)).forEachRemaining(values::add));
            spreadNamed.ifPresent(expr -> {
                if (!(expr.eval(scope) instanceof Dict dict)) {
                    throw new TemplateFailure("the argument after ** must be a mapping");
                }
                for (Dict.Entry entry : dict.entries()) {
                    if (!(entry.key() instanceof Text name)) {
                        throw new TemplateFailure("keywords must be strings");
                    }
                    if (byName.put(name.value(), entry.value()) != null) {
                        throw new TemplateFailure("got multiple values for keyword argument '" + name + "'");
                    }
                }
            });
            return new Arguments(values, byName);
        }
    }

    private static List<Object> evalAll(List<Expr> items, Scope scope) {
        List<Object> values = new ArrayList<>(items.size());
        for (Expr item : items) {
            values.add(item.eval(scope));
        }
        return values;
    }
}
