package dev.newt.jinja;

import dev.newt.jinja.Token.Kind;
import java.util.List;

/** Tokens with a reading position. */
final class TokenStream {
    private final List<Token> tokens;
    private int position;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(position);
    }

    Token ahead() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        if (position < tokens.size() - 1) {
            position++;
        }
        return token;
    }

    boolean is(Kind kind) {
        return current().kind() == kind;
    }

    boolean isOperator(String operator) {
        return current().isOperator(operator);
    }

    boolean isName(String name) {
        return current().isName(name);
    }

    boolean skipOperator(String operator) {
        boolean found = isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipName(String name) {
        boolean found = isName(name);
        if (found) {
            next();
        }
        return found;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw expected("'" + operator + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw expected("'" + name + "'");
        }
    }

    String expectName() {
        if (!is(Kind.NAME)) {
            throw expected("a name");
        }
        return (String) next().value();
    }

    void expect(Kind kind, String what) {
        if (!is(kind)) {
            throw expected(what);
        }
        next();
    }

    TemplateFailure expected(String what) {
        return new TemplateFailure(
                "expected " + what + ", got " + current().describe(), current().line());
    }
}
