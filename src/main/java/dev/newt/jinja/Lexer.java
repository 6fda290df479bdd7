package dev.newt.jinja;

import dev.newt.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a template into tokens with the white space rules that Hugging Face sets: trim_blocks and lstrip_blocks on, one trailing newline
 * dropped, every line ending read as a newline.
 */
final class Lexer {
    private static final Pattern RAW_BEGIN =
            Pattern.compile("\\{%[-+]?{W}*raw{W}*(?:-%\\}{W}*|%\\})".replace("{W}", PythonText.SPACE));
    private static final Pattern RAW_END =
            Pattern.compile("\\{%([-+]?){W}*endraw{W}*(?:\\+%\\}|-%\\}{W}*|%\\}\\n?)".replace("{W}", PythonText.SPACE));
    private static final String DIGITS = "[0-9](?:_?[0-9])*";
    private static final Pattern FLOAT =
            Pattern.compile(DIGITS + "(?:(?:\\." + DIGITS + ")?[eE][+-]?" + DIGITS + "|\\." + DIGITS + ")");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?[0-9])*|0(?:_?0)*");
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{Nl}\\p{Nd}\\p{Mn}\\p{Mc}_]+");
    private static final List<String> OPERATORS = List.of("//", "**", "==", "!=", ">=", "<=");
    private static final String SINGLE_OPERATORS = "+-/*%~[](){}><=.:|,;";

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int counted;
    private int line = 1;
    /** Whether the last token ended a line, so that a tag may stand at the start of one. */
    private boolean lineStarting = true;

    /** Whether the text is an identifier. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches()
                && (Character.isUnicodeIdentifierStart(text.codePointAt(0)) || text.charAt(0) == '_');
    }

    private Lexer(String source) {
        String unified = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = unified.endsWith("\n") ? unified.substring(0, unified.length() - 1) : unified;
    }

    static List<Token> tokens(String source) {
        Lexer lexer = new Lexer(source);
        lexer.scanTemplate();
        return lexer.tokens;
    }

    private void scanTemplate() {
        while (position < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                add(Kind.DATA, source.substring(position), position);
                position = source.length();
                break;
            }
            scanTag(tag);
        }
        add(Kind.END, "", source.length());
    }

    /** The next opening of a variable, block or comment. */
    private int nextTag() {
        for (int at = source.indexOf('{', position);
                at >= 0 && at + 1 < source.length();
                at = source.indexOf('{', at + 1)) {
            char second = source.charAt(at + 1);
            if (second == '{' || second == '%' || second == '#') {
                return at;
            }
        }
        return -1;
    }

    private void scanTag(int tag) {
        char second = source.charAt(tag + 1);
        int dataStart = position;
        position = tag + 2;
        char sign = position < source.length() ? source.charAt(position) : ' ';
        if (sign == '-' || sign == '+') {
            position++;
        }
        addData(source.substring(dataStart, tag), dataStart, sign, second == '{');
        lineStarting = false;
        if (second == '#') {
            skipComment(tag);
            return;
        }
        Matcher raw = RAW_BEGIN.matcher(source).region(tag, source.length());
        if (second == '%' && raw.lookingAt()) {
            scanRaw(tag, raw.end());
            return;
        }
        add(second == '{' ? Kind.VARIABLE_BEGIN : Kind.BLOCK_BEGIN, "", tag);
        scanExpression(second == '{' ? "}}" : "%}", second == '%');
    }

    private void addData(String data, int start, char sign, boolean variable) {
        String kept = data;
        if (sign == '-') {
            kept = PythonText.stripEnd(data);
        } else if (sign != '+' && !variable) {
            int lineStart = data.lastIndexOf('\n') + 1;
            boolean startsLine = lineStart > 0 || lineStarting;
            if (startsLine && PythonText.isSpace(data.substring(lineStart))) {
                kept = data.substring(0, lineStart);
            }
        }
        if (!kept.isEmpty()) {
            add(Kind.DATA, kept, start);
        }
    }

    private void skipComment(int tag) {
        int close = source.indexOf("#}", position);
        if (close < 0 && position == source.length()) {
            return; // like Jinja, which looks for the end only if something follows
        }
        if (close < 0) {
            throw new TemplateFailure("Missing end of comment tag", lineAt(tag));
        }
        // The body is matched reluctantly, so a sign directly before the closing belongs to the closing.
        char sign = close > position ? source.charAt(close - 1) : ' ';
        finishTag(close + 2, sign, true);
    }

    private void scanRaw(int tag, int bodyStart) {
        position = bodyStart;
        if (bodyStart == source.length()) {
            return;
        }
        Matcher end = RAW_END.matcher(source);
        if (!end.find(bodyStart)) {
            throw new TemplateFailure("Missing end of raw directive", lineAt(tag));
        }
        lineStarting = source.charAt(bodyStart - 1) == '\n';
        String sign = end.group(1);
        addData(source.substring(bodyStart, end.start()), bodyStart, sign.isEmpty() ? ' ' : sign.charAt(0), false);
        position = end.end();
        lineStarting = source.charAt(position - 1) == '\n';
    }

    /** Moves past a closing delimiter and the white space that it absorbs. */
    private void finishTag(int after, char sign, boolean trimNewline) {
        position = after;
        if (sign == '-') {
            while (position < source.length() && PythonText.isSpace(source.charAt(position))) {
                position++;
            }
        } else if (sign != '+' && trimNewline && position < source.length() && source.charAt(position) == '\n') {
            position++;
        }
        lineStarting = source.charAt(position - 1) == '\n';
    }

    private void scanExpression(String closing, boolean block) {
        Deque<Character> open = new ArrayDeque<>();
        int began = tokens.get(tokens.size() - 1).line();
        while (true) {
            while (position < source.length() && PythonText.isSpace(source.charAt(position))) {
                position++;
            }
            if (position >= source.length()) {
                throw new TemplateFailure("the tag that begins here is not closed with '" + closing + "'", began);
            }
            char c = source.charAt(position);
            if (open.isEmpty()) {
                boolean signed = (c == '-' || (c == '+' && block)) && source.startsWith(closing, position + 1);
                if (signed || source.startsWith(closing, position)) {
                    add(block ? Kind.BLOCK_END : Kind.VARIABLE_END, "", position);
                    finishTag(position + (signed ? 3 : 2), signed ? c : ' ', block);
                    return;
                }
            }
            scanToken(c, open);
        }
    }

    private void scanToken(char c, Deque<Character> open) {
        int start = position;
        if (c >= '0' && c <= '9') {
            scanNumber(start);
        } else if (c == '"' || c == '\'') {
            scanString(c);
        } else if (matches(NAME, start)) {
            String name = source.substring(start, position);
            if (!Character.isUnicodeIdentifierStart(name.codePointAt(0)) && name.charAt(0) != '_') {
                throw new TemplateFailure("Invalid character in identifier '" + name + "'", lineAt(start));
            }
            add(Kind.NAME, name, start);
        } else {
            scanOperator(c, open);
        }
    }

    private boolean matches(Pattern pattern, int start) {
        Matcher matcher = pattern.matcher(source).region(start, source.length());
        boolean found = matcher.lookingAt();
        if (found) {
            position = matcher.end();
        }
        return found;
    }

    private void scanNumber(int start) {
        boolean afterDot = start > 0 && source.charAt(start - 1) == '.';
        if (!afterDot && matches(FLOAT, start)) {
            add(Kind.FLOAT, Double.valueOf(source.substring(start, position).replace("_", "")), start);
            return;
        }
        matches(INTEGER, start);
        String digits = source.substring(start, position).replace("_", "");
        int radix = digits.length() < 2
                ? 10
                : switch (Character.toLowerCase(digits.charAt(1))) {
                    case 'x' -> 16;
                    case 'o' -> 8;
                    case 'b' -> 2;
                    default -> 10;
                };
        add(Kind.INTEGER, Numbers.compact(new BigInteger(radix == 10 ? digits : digits.substring(2), radix)), start);
    }

    private void scanString(char quote) {
        int start = position;
        int end = start + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new TemplateFailure("a string that begins here is not closed", lineAt(start));
        }
        position = end + 1;
        int at = lineAt(start);
        try {
            add(Kind.STRING, Text.of(PythonText.unescape(source.substring(start + 1, end))), start);
        } catch (TemplateFailure failure) {
            throw failure.at(at);
        }
    }

    private void scanOperator(char c, Deque<Character> open) {
        int start = position;
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, start)) {
                position += 2;
                add(Kind.OPERATOR, operator, start);
                return;
            }
        }
        if (SINGLE_OPERATORS.indexOf(c) < 0) {
            throw new TemplateFailure("unexpected character '" + c + "'", lineAt(start));
        }
        switch (c) {
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '{' -> open.push('}');
            case ')', ']', '}' -> {
                if (open.isEmpty() || open.pop() != c) {
                    throw new TemplateFailure("unexpected '" + c + "'", lineAt(start));
                }
            }
            default -> {}
        }
        position++;
        add(Kind.OPERATOR, String.valueOf(c), start);
    }

    private void add(Kind kind, Object value, int at) {
        tokens.add(new Token(kind, value, lineAt(at)));
    }

    /** Lines are requested in ascending order, except for errors. */
    private int lineAt(int at) {
        if (at < counted) {
            counted = 0;
            line = 1;
        }
        for (; counted < at; counted++) {
            if (source.charAt(counted) == '\n') {
                line++;
            }
        }
        return line;
    }
}
