package dev.newt.jinja;

import dev.newt.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a template's statements. */
final class Parser {
    private static final Set<String> CONSTANTS = Set.of("true", "false", "none", "True", "False", "None");
    private static final Set<String> UNSUPPORTED =
            Set.of("block", "extends", "include", "import", "from", "autoescape");

    private final TokenStream tokens;
    private final RootNames rootNames = new RootNames();
    private final ExpressionParser expressions;
    private int depth;
    /** Loops around the current place within the same function: break and continue need one. */
    private int loops;

    private Parser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens, rootNames);
    }

    /** A template's statements, and the names that are local to it from the start. */
    record Parsed(Stmt.Block body, Set<String> ownNames) {}

    static Parsed parse(String source) {
        Parser parser = new Parser(new TokenStream(Lexer.tokens(source)));
        Stmt.Block body = parser.body();
        parser.expressions.failOnUnknown();
        return new Parsed(body, Set.copyOf(parser.rootNames.own()));
    }

    /** Statements up to one of the tags, whose name is left unread; without tags, up to the end. */
    private Stmt.Block body(String... endTags) {
        if (++depth > Limits.MAX_NESTING) {
            throw new TemplateFailure(
                    "statements are nested too deeply", tokens.current().line());
        }
        List<Stmt> statements = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> statements.add(new Stmt.Data((String) token.value()));
                case VARIABLE_BEGIN -> {
                    Stmt output = new Stmt.Output(expressions.tuple(true, false, ""));
                    tokens.expect(Kind.VARIABLE_END, "the end of the print statement '}}'");
                    statements.add(new Stmt.Placed(token.line(), output));
                }
                case BLOCK_BEGIN -> {
                    if (Arrays.stream(endTags).anyMatch(tokens::isName)) {
                        depth--;
                        return new Stmt.Block(List.copyOf(statements));
                    }
                    statements.add(new Stmt.Placed(token.line(), statement(endTags)));
                    endOfTag();
                }
                default -> {
                    if (endTags.length > 0) {
                        throw new TemplateFailure(
                                "the template ends where '" + String.join("' or '", endTags) + "' is still expected",
                                token.line());
                    }
                    depth--;
                    return new Stmt.Block(List.copyOf(statements));
                }
            }
        }
    }

    private void endOfTag() {
        tokens.expect(Kind.BLOCK_END, "the end of the tag '%}'");
    }

    /** The body of a statement whose tag ends here, up to and including its closing tag. */
    private Stmt.Block bodyUntil(String endTag) {
        rootNames.enterBlock();
        beginBody();
        Stmt.Block body = body(endTag);
        tokens.next();
        rootNames.leaveBlock();
        return body;
    }

    private void beginBody() {
        tokens.skipOperator(":");
        endOfTag();
    }

    private Stmt statement(String... endTags) {
        int line = tokens.current().line();
        String tag = tokens.expectName();
        switch (tag) {
            case "if":
                return ifStatement(line);
            case "for":
                return forStatement();
            case "set":
                return setStatement();
            case "with":
                return withStatement();
            case "macro":
                String macro = assignable(tokens.expectName());
                rootNames.write(macro);
                rootNames.enterBlock();
                Map<String, Optional<Expr>> parameters = signature();
                rootNames.leaveBlock();
                return new Stmt.MacroDefinition(functionBody(macro, parameters, "endmacro"));
            case "call":
                return callBlock(line);
            case "filter":
                Expr filtered = filterChain(expressions.filter(new Expr.Captured()));
                return new Stmt.Capture(bodyUntil("endfilter"), filtered, Optional.empty());
            case "print":
                return printStatement();
            case "generation":
                int outer = loops;
                loops = 0;
                Stmt.Block body = bodyUntil("endgeneration");
                loops = outer;
                return new Stmt.Generation(body);
            case "break", "continue":
                if (loops == 0) {
                    throw new TemplateFailure("'" + tag + "' outside a loop", line);
                }
                return new Stmt.Jump(tag.equals("break") ? Stmt.Flow.BREAK : Stmt.Flow.CONTINUE);
            default:
        }
        if (UNSUPPORTED.contains(tag)) {
            throw new TemplateFailure("the tag '" + tag + "' is not supported in chat templates", line);
        }
        throw new TemplateFailure(
                "Encountered unknown tag '" + tag + "'."
                        + (endTags.length == 0 ? "" : " Expected here: '" + String.join("' or '", endTags) + "'."),
                line);
    }

    private Stmt ifStatement(int firstLine) {
        int unknownBefore = expressions.unknownCount();
        List<Stmt.If.Branch> branches = new ArrayList<>();
        Stmt.Block otherwise = new Stmt.Block(List.of());
        int line = firstLine;
        String tag = "elif";
        while (tag.equals("elif")) {
            Expr condition = expressions.tuple(false, false, "");
            beginBody();
            rootNames.enterBranch();
            branches.add(new Stmt.If.Branch(line, condition, body("elif", "else", "endif")));
            rootNames.leaveBranch();
            line = tokens.current().line();
            tag = tokens.expectName();
        }
        if (tag.equals("else")) {
            beginBody();
            rootNames.enterBranch();
            otherwise = body("endif");
            rootNames.leaveBranch();
            tokens.next();
        }
        expressions.forgetUnknown(unknownBefore);
        return new Stmt.If(List.copyOf(branches), otherwise);
    }

    private Stmt forStatement() {
        rootNames.enterBlock();
        Target target = target(false, "in");
        rootNames.leaveBlock();
        if (target.equals(new Target.Variable("loop"))) {
            throw new TemplateFailure(
                    "Can't assign to special loop variable in for-loop target",
                    tokens.current().line());
        }
        tokens.expectName("in");
        Expr iterated = expressions.tuple(false, false, "recursive");
        rootNames.enterBlock();
        Optional<Expr> filter = tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        boolean recursive = tokens.skipName("recursive");
        beginBody();
        loops++;
        Stmt.Block body = body("endfor", "else");
        loops--;
        rootNames.leaveBlock();
        Optional<Stmt.Block> otherwise =
                tokens.expectName().equals("else") ? Optional.of(bodyUntil("endfor")) : Optional.empty();
        return new Stmt.For(target, iterated, filter, recursive, body, otherwise);
    }

    private Stmt setStatement() {
        rootNames.enterBlock();
        Target target = target(true, "");
        rootNames.leaveBlock();
        if (tokens.skipOperator("=")) {
            Expr value = expressions.tuple(true, false, ""); // read before the target is written
            noteWrites(target);
            return new Stmt.Assign(target, value);
        }
        noteWrites(target);
        Expr filtered = filterChain(new Expr.Captured());
        return new Stmt.Capture(bodyUntil("endset"), filtered, Optional.of(target));
    }

    private void noteWrites(Target target) {
        if (target instanceof Target.Variable variable) {
            rootNames.write(variable.name());
        } else if (target instanceof Target.NamespaceAttribute attribute) {
            rootNames.read(attribute.name());
        } else if (target instanceof Target.Unpack unpack) {
            unpack.targets().forEach(part -> noteWrites(part));
        }
    }

    private Expr filterChain(Expr start) {
        Expr value = start;
        while (tokens.skipOperator("|")) {
            value = expressions.filter(value);
        }
        return value;
    }

    private Stmt withStatement() {
        List<Target> targets = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!tokens.is(Kind.BLOCK_END)) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(target(false, ""));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Stmt.With(targets, values, bodyUntil("endwith"));
    }

    private Stmt printStatement() {
        List<Stmt> outputs = new ArrayList<>();
        while (!tokens.is(Kind.BLOCK_END)) {
            if (!outputs.isEmpty()) {
                tokens.expectOperator(",");
            }
            outputs.add(new Stmt.Output(expressions.expression()));
        }
        return new Stmt.Block(outputs);
    }

    private Stmt callBlock(int line) {
        Map<String, Optional<Expr>> parameters = tokens.isOperator("(") ? signature() : Map.of();
        if (!(expressions.expression() instanceof Expr.Call call)) {
            throw new TemplateFailure("expected call", line);
        }
        return new Stmt.CallBlock(functionBody("caller", parameters, "endcall"), call);
    }

    private Macro.Definition functionBody(String name, Map<String, Optional<Expr>> parameters, String endTag) {
        int outer = loops;
        loops = 0;
        expressions.enterMacro();
        Stmt.Block body = bodyUntil(endTag);
        Set<String> reads = expressions.leaveMacro();
        loops = outer;
        if (reads.contains("caller")
                && parameters.containsKey("caller")
                && parameters.get("caller").isEmpty()) {
            throw new TemplateFailure(
                    "a parameter named 'caller' must have a default",
                    tokens.current().line());
        }
        return new Macro.Definition(
                name,
                parameters,
                body,
                reads.contains("caller"),
                reads.contains("varargs") && !parameters.containsKey("varargs"),
                reads.contains("kwargs") && !parameters.containsKey("kwargs"));
    }

    private Map<String, Optional<Expr>> signature() {
        tokens.expectOperator("(");
        Map<String, Optional<Expr>> parameters = new LinkedHashMap<>();
        boolean defaults = false;
        while (!tokens.isOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            int line = tokens.current().line();
            String name = assignable(tokens.expectName());
            Optional<Expr> value = tokens.skipOperator("=") ? Optional.of(expressions.expression()) : Optional.empty();
            if (defaults && value.isEmpty()) {
                throw new TemplateFailure("non-default argument follows default argument", line);
            }
            defaults |= value.isPresent();
            if (parameters.put(name, value) != null) {
                throw new TemplateFailure("duplicate argument '" + name + "'", line);
            }
        }
        tokens.expectOperator(")");
        return parameters;
    }

    private Target target(boolean withNamespace, String endName) {
        List<Target> targets = new ArrayList<>();
        boolean comma = false;
        while (!tokens.is(Kind.BLOCK_END) && !tokens.isOperator(")") && !tokens.isName(endName)) {
            targets.add(singleTarget(withNamespace));
            if (!tokens.skipOperator(",")) {
                break;
            }
            comma = true;
        }
        if (targets.isEmpty()) {
            throw tokens.expected("a name to assign to");
        }
        return comma ? new Target.Unpack(List.copyOf(targets)) : targets.get(0);
    }

    private Target singleTarget(boolean withNamespace) {
        if (tokens.skipOperator("(")) {
            Target inner = target(false, "");
            tokens.expectOperator(")");
            return inner;
        }
        String name = tokens.expectName();
        if (withNamespace && tokens.skipOperator(".")) {
            return new Target.NamespaceAttribute(name, tokens.expectName());
        }
        return new Target.Variable(assignable(name));
    }

    private String assignable(String name) {
        if (CONSTANTS.contains(name)) {
            throw new TemplateFailure(
                    "can't assign to '" + name + "'", tokens.current().line());
        }
        return name;
    }
}
