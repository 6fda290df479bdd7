package dev.newt.jinja;

import dev.newt.jinja.Expr.CallArguments;
import dev.newt.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads expressions with Jinja's precedence, from loosest: if-else, or, and, not, comparisons, + -, ~, * / // %, **, sign, filters and tests. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final TokenStream tokens;
    private final RootNames rootNames;
    /** The names that each macro being parsed uses beyond its parameters; a name goes to all enclosing macros. */
    private final Deque<Set<String>> macroReads = new ArrayDeque<>();
    /** Filters and tests that do not exist. Inside a condition they fail only when they are reached. */
    private final List<TemplateFailure> unknown = new ArrayList<>();

    private int depth;

    ExpressionParser(TokenStream tokens, RootNames rootNames) {
        this.tokens = tokens;
        this.rootNames = rootNames;
    }

    int unknownCount() {
        return unknown.size();
    }

    void forgetUnknown(int downTo) {
        unknown.subList(downTo, unknown.size()).clear();
    }

    void failOnUnknown() {
        if (!unknown.isEmpty()) {
            throw unknown.get(0);
        }
    }

    void enterMacro() {
        macroReads.push(new HashSet<>());
    }

    Set<String> leaveMacro() {
        return macroReads.pop();
    }

    Expr expression() {
        if (++depth > Limits.MAX_NESTING) {
            throw new TemplateFailure(
                    "expressions are nested too deeply", tokens.current().line());
        }
        int before = unknownCount();
        Expr value = or();
        while (tokens.skipName("if")) {
            Expr condition = or();
            Optional<Expr> otherwise = tokens.skipName("else") ? Optional.of(expression()) : Optional.empty();
            value = new Expr.Conditional(condition, value, otherwise);
            forgetUnknown(before);
        }
        depth--;
        return value;
    }

    /** One expression, or several with commas, which make a tuple. */
    Expr tuple(boolean conditional, boolean parenthesised, String endName) {
        List<Expr> items = new ArrayList<>();
        boolean comma = false;
        while (!atTupleEnd(endName)) {
            items.add(conditional ? expression() : or());
            if (!tokens.skipOperator(",")) {
                break;
            }
            comma = true;
        }
        if (!comma && items.size() == 1) {
            return items.get(0);
        }
        if (items.isEmpty() && !parenthesised) {
            throw tokens.expected("an expression");
        }
        return new Expr.TupleOf(items);
    }

    private boolean atTupleEnd(String endName) {
        return tokens.is(Kind.VARIABLE_END)
                || tokens.is(Kind.BLOCK_END)
                || tokens.isOperator(")")
                || tokens.isName(endName);
    }

    private Expr or() {
        Expr left = and();
        while (tokens.skipName("or")) {
            left = new Expr.Or(left, and());
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (tokens.skipName("and")) {
            left = new Expr.And(left, not());
        }
        return left;
    }

    private Expr not() {
        int count = 0;
        while (tokens.skipName("not")) {
            count++;
        }
        Expr value = comparison();
        return count == 0 ? value : new Expr.Not(count % 2 == 1 ? value : new Expr.Not(value));
    }

    private Expr comparison() {
        Expr first = sum();
        List<String> operators = new ArrayList<>();
        List<Expr> others = new ArrayList<>();
        while (true) {
            if (tokens.is(Kind.OPERATOR)
                    && COMPARISONS.contains(tokens.current().value())) {
                operators.add((String) tokens.next().value());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (tokens.isName("not") && tokens.ahead().isName("in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                break;
            }
            others.add(sum());
        }
        return operators.isEmpty() ? first : new Expr.Comparison(first, operators, others);
    }

    private Expr sum() {
        Expr left = concat();
        while (tokens.isOperator("+") || tokens.isOperator("-")) {
            left = new Expr.Binary((String) tokens.next().value(), left, concat());
        }
        return left;
    }

    private Expr concat() {
        Expr first = product();
        if (!tokens.isOperator("~")) {
            return first;
        }
        List<Expr> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new Expr.Concat(parts);
    }

    private Expr product() {
        Expr left = power();
        while (tokens.isOperator("*") || tokens.isOperator("/") || tokens.isOperator("//") || tokens.isOperator("%")) {
            left = new Expr.Binary((String) tokens.next().value(), left, power());
        }
        return left;
    }

    private Expr power() {
        Expr left = unary(true);
        while (tokens.skipOperator("**")) {
            left = new Expr.Binary("**", left, unary(true));
        }
        return left;
    }

    private Expr unary(boolean withFilters) {
        if (++depth > Limits.MAX_NESTING) {
            throw new TemplateFailure(
                    "expressions are nested too deeply", tokens.current().line());
        }
        Expr value;
        if (tokens.skipOperator("-")) {
            value = new Expr.Sign(true, unary(false));
        } else if (tokens.skipOperator("+")) {
            value = new Expr.Sign(false, unary(false));
        } else {
            value = primary();
        }
        value = postfix(value);
        depth--;
        return withFilters ? filtersAndTests(value) : value;
    }

    private Expr primary() {
        Token token = tokens.current();
        switch (token.kind()) {
            case NAME:
                tokens.next();
                return name((String) token.value());
            case STRING:
                Text text = (Text) tokens.next().value();
                while (tokens.is(Kind.STRING)) {
                    text = text.plus((Text) tokens.next().value());
                }
                return new Expr.Constant(text);
            case INTEGER, FLOAT:
                return new Expr.Constant(tokens.next().value());
            default:
        }
        if (tokens.skipOperator("(")) {
            Expr inner = tuple(true, true, "");
            tokens.expectOperator(")");
            return inner;
        }
        if (tokens.skipOperator("[")) {
            return list();
        }
        if (tokens.skipOperator("{")) {
            return dict();
        }
        throw new TemplateFailure("unexpected " + token.describe(), token.line());
    }

    private Expr name(String name) {
        return switch (name) {
            case "true", "True" -> new Expr.Constant(true);
            case "false", "False" -> new Expr.Constant(false);
            case "none", "None" -> new Expr.Constant(null);
            default -> {
                macroReads.forEach(reads -> reads.add(name));
                rootNames.read(name);
                yield new Expr.Name(name);
            }
        };
    }

    private Expr list() {
        List<Expr> items = new ArrayList<>();
        while (!tokens.isOperator("]")) {
            items.add(expression());
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator("]");
        return new Expr.ListOf(items);
    }

    private Expr dict() {
        List<Expr> keys = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!tokens.isOperator("}")) {
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator("}");
        return new Expr.DictOf(keys, values);
    }

    private Expr postfix(Expr start) {
        Expr value = start;
        while (true) {
            if (tokens.skipOperator(".")) {
                Token token = tokens.next();
                if (token.kind() == Kind.NAME) {
                    value = new Expr.Attribute(value, (String) token.value());
                } else if (token.kind() == Kind.INTEGER) {
                    value = new Expr.Item(value, new Expr.Constant(token.value()));
                } else {
                    throw new TemplateFailure("expected name or number, got " + token.describe(), token.line());
                }
            } else if (tokens.skipOperator("[")) {
                value = subscript(value);
            } else if (tokens.isOperator("(")) {
                value = new Expr.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expr subscript(Expr target) {
        Optional<Expr> start = tokens.isOperator(":") ? Optional.empty() : Optional.of(expression());
        if (start.isPresent() && tokens.isOperator(",")) {
            List<Expr> keys = new ArrayList<>(List.of(start.get()));
            while (tokens.skipOperator(",")) {
                keys.add(expression());
            }
            tokens.expectOperator("]");
            return new Expr.Item(target, new Expr.TupleOf(keys));
        }
        if (start.isPresent() && tokens.skipOperator("]")) {
            return new Expr.Item(target, start.get());
        }
        tokens.expectOperator(":");
        Optional<Expr> stop = sliceBound();
        Optional<Expr> step = tokens.skipOperator(":") ? sliceBound() : Optional.empty();
        tokens.expectOperator("]");
        return new Expr.Slice(target, start, stop, step);
    }

    private Optional<Expr> sliceBound() {
        return tokens.isOperator(":") || tokens.isOperator("]") ? Optional.empty() : Optional.of(expression());
    }

    private CallArguments arguments() {
        int line = tokens.current().line();
        tokens.expectOperator("(");
        List<Expr> positional = new ArrayList<>();
        Map<String, Expr> named = new LinkedHashMap<>();
        Optional<Expr> spread = Optional.empty();
        Optional<Expr> spreadNamed = Optional.empty();
        while (!tokens.isOperator(")")) {
            boolean valid;
            if (tokens.skipOperator("*")) {
                valid = spread.isEmpty() && spreadNamed.isEmpty();
                spread = Optional.of(expression());
            } else if (tokens.skipOperator("**")) {
                valid = spreadNamed.isEmpty();
                spreadNamed = Optional.of(expression());
            } else if (tokens.is(Kind.NAME) && tokens.ahead().isOperator("=")) {
                String name = tokens.expectName();
                tokens.next();
                valid = spreadNamed.isEmpty() && named.put(name, expression()) == null;
            } else {
                valid = spread.isEmpty() && spreadNamed.isEmpty() && named.isEmpty();
                positional.add(expression());
            }
            if (!valid) {
                throw new TemplateFailure("invalid syntax for function call expression", line);
            }
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator(")");
        return new CallArguments(positional, named, spread, spreadNamed);
    }

    private Expr filtersAndTests(Expr start) {
        Expr value = start;
        while (true) {
            if (tokens.skipOperator("|")) {
                value = filter(value);
            } else if (tokens.skipName("is")) {
                value = test(value);
            } else if (tokens.isOperator("(")) {
                value = new Expr.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    /** A filter's name and arguments; the bar before it is already read. */
    Expr filter(Expr input) {
        int line = tokens.current().line();
        String name = dottedName();
        if (!Filters.exists(name)) {
            unknown.add(new TemplateFailure("No filter named '" + name + "'.", line));
        }
        return new Expr.Filter(input, name, tokens.isOperator("(") ? arguments() : CallArguments.NONE);
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(tokens.expectName());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expectName());
        }
        return name.toString();
    }

    private Expr test(Expr input) {
        int line = tokens.current().line();
        boolean negated = tokens.skipName("not");
        String name = dottedName();
        if (!JinjaTests.exists(name)) {
            unknown.add(new TemplateFailure("No test named '" + name + "'.", line));
        }
        CallArguments arguments = CallArguments.NONE;
        if (tokens.isOperator("(")) {
            arguments = arguments();
        } else if (startsTestArgument()) {
            if (tokens.isName("is")) {
                throw new TemplateFailure("You cannot chain multiple tests with is", line);
            }
            Expr argument = postfix(primary());
            arguments = new CallArguments(List.of(argument), Map.of(), Optional.empty(), Optional.empty());
        }
        Expr test = new Expr.Test(input, name, arguments);
        return negated ? new Expr.Not(test) : test;
    }

    private boolean startsTestArgument() {
        return switch (tokens.current().kind()) {
            case NAME -> !tokens.isName("else") && !tokens.isName("or") && !tokens.isName("and");
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> tokens.isOperator("[") || tokens.isOperator("{");
            default -> false;
        };
    }
}
