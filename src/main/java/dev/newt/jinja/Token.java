package dev.newt.jinja;

/**
 * One token of a template.
 *
 * @param value a Text for strings, a Long, BigInteger or Double for numbers, a String of the characters otherwise
 * @param line the template line, from 1
 */
record Token(Kind kind, Object value, int line) {
    enum Kind {
        DATA,
        VARIABLE_BEGIN,
        VARIABLE_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && value.equals(operator);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && value.equals(name);
    }

    String describe() {
        return switch (kind) {
            case DATA -> "template data";
            case VARIABLE_BEGIN -> "'{{'";
            case VARIABLE_END -> "'}}'";
            case BLOCK_BEGIN -> "'{%'";
            case BLOCK_END -> "'%}'";
            case END -> "the end of the template";
            case STRING -> "the string " + PythonText.repr(value);
            default -> "'" + value + "'";
        };
    }
}
