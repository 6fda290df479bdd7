package dev.newt.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's str.format within the sandbox: fields by number or name, their items and attributes, conversions and format specifications. */
final class BraceFormat {
    private static final Pattern SPECIFICATION = Pattern.compile(
            "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{0,8})([,_])?(?:\\.(\\d{1,8}))?([a-zA-Z%])?", Pattern.DOTALL);
    private static final Pattern STEP = Pattern.compile("\\.([^.\\[]+)|\\[([^\\]]+)\\]");

    private final Text format;
    private final Arguments arguments;
    private int automatic;
    private boolean numbered;

    private BraceFormat(Text format, Arguments arguments) {
        this.format = format;
        this.arguments = arguments;
    }

    static Text format(Text format, Arguments arguments) {
        return new BraceFormat(format, arguments).expand(format, 0).withSafe(format.safe());
    }

    private Text expand(Text pattern, int depth) {
        if (depth > 1) {
            throw new TemplateFailure("Max string recursion exceeded");
        }
        TextBuilder out = new TextBuilder();
        String value = pattern.value();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean doubled = i + 1 < value.length() && value.charAt(i + 1) == c;
            if (c == '{' && !doubled) {
                int end = fieldEnd(value, i);
                out.append(field(pattern.slice(i + 1, end), depth));
                i = end;
            } else if (c == '{' || c == '}') {
                if (!doubled) {
                    throw new TemplateFailure("Single '}' encountered in format string");
                }
                out.append(pattern.slice(i, i + 1));
                i++;
            } else {
                out.append(pattern.slice(i, i + 1));
            }
        }
        return out.toText();
    }

    private static int fieldEnd(String value, int start) {
        int open = 0;
        for (int i = start; i < value.length(); i++) {
            open += value.charAt(i) == '{' ? 1 : value.charAt(i) == '}' ? -1 : 0;
            if (open == 0) {
                return i;
            }
        }
        throw new TemplateFailure("expected '}' before end of string");
    }

    private Text field(Text field, int depth) {
        String value = field.value();
        int colon = value.indexOf(':');
        int bracket = value.indexOf('[');
        if (bracket >= 0 && bracket < colon) {
            colon = value.indexOf(':', Math.max(bracket, value.indexOf(']')));
        }
        String head = colon < 0 ? value : value.substring(0, colon);
        char conversion = 0;
        int bang = head.indexOf('!');
        if (bang >= 0) {
            if (bang != head.length() - 2) {
                throw new TemplateFailure("a conversion of a format is one character after '!'");
            }
            conversion = head.charAt(bang + 1);
            head = head.substring(0, bang);
        }
        Object resolved = resolve(head); // before the fields of the specification, which count on
        String specification = colon < 0
                ? ""
                : expand(field.slice(colon + 1, value.length()), depth + 1).value();
        Object converted =
                switch (conversion) {
                    case 0 -> resolved;
                    case 's' -> PythonText.str(resolved);
                    case 'r' -> Text.of(PythonText.repr(resolved));
                    case 'a' -> Text.of(PythonText.ascii(resolved));
                    default -> throw new TemplateFailure("Unknown conversion specifier " + conversion);
                };
        Text shown = present(converted, specification);
        return format.safe() ? Escapes.escape(shown) : shown;
    }

    private Object resolve(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        String first = path.substring(0, end);
        Object value = argument(first);
        Matcher step = STEP.matcher(path);
        int at = end;
        while (at < path.length()) {
            if (!step.find(at) || step.start() != at) {
                throw new TemplateFailure("malformed field '" + path + "' in a format");
            }
            if (step.group(1) != null) {
                value = Access.attribute(value, step.group(1));
            } else {
                String key = step.group(2);
                boolean index = key.chars().allMatch(c -> c >= '0' && c <= '9') && key.length() < 10;
                value = Access.item(value, index ? (Object) Long.valueOf(key) : Text.of(key));
            }
            at = step.end();
        }
        return value;
    }

    private Object argument(String name) {
        boolean digits = !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
        if (name.isEmpty() || digits) {
            if (name.isEmpty() ? numbered : automatic > 0) {
                throw new TemplateFailure("cannot mix automatic and manual field numbering");
            }
            numbered |= digits;
            int index = digits ? Integer.parseInt(name) : automatic++;
            if (index >= arguments.positional().size()) {
                throw new TemplateFailure("Replacement index " + index + " out of range for positional args tuple");
            }
            return arguments.positional().get(index);
        }
        if (!arguments.named().containsKey(name)) {
            throw new TemplateFailure("the format names '" + name + "', which is not given");
        }
        return arguments.named().get(name);
    }

    private static Text present(Object value, String specification) {
        if (specification.isEmpty()) {
            return PythonText.str(value);
        }
        Matcher parts = SPECIFICATION.matcher(specification);
        if (!parts.matches()) {
            throw new TemplateFailure("Invalid format specifier '" + specification + "'");
        }
        boolean number = Numbers.isNumber(value);
        if (!number && !(value instanceof Text)) {
            throw new TemplateFailure("unsupported format string passed to " + Values.typeName(value));
        }
        boolean zero = parts.group(5) != null;
        char align = parts.group(2) == null
                ? (number ? (zero ? '=' : '>') : '<')
                : parts.group(2).charAt(0);
        char fill = parts.group(1) == null ? (zero ? '0' : ' ') : parts.group(1).charAt(0);
        long width = parts.group(6).isEmpty() ? 0 : Long.parseLong(parts.group(6));
        long precision = parts.group(8) == null ? -1 : Long.parseLong(parts.group(8));
        char kind = parts.group(9) == null ? 0 : parts.group(9).charAt(0);
        if (number) {
            if (kind != 0 && "bdeEfFgGnoxX%".indexOf(kind) < 0) {
                throw new TemplateFailure(
                        "Unknown format code '" + kind + "' for object of type '" + Values.typeName(value) + "'");
            }
            boolean whole = kind == 0
                    ? !(value instanceof Double)
                    : "bdoxX".indexOf(kind) >= 0 || (kind == 'n' && !(value instanceof Double));
            if (whole && precision >= 0) {
                throw new TemplateFailure("Precision not allowed in integer format specifier");
            }
            String sign = parts.group(3) == null || parts.group(3).equals("-") ? "" : parts.group(3);
            String grouping = parts.group(7) == null ? "" : parts.group(7);
            return Text.of(new NumberFormat(kind, sign, precision, parts.group(4) != null, grouping)
                    .padded(value, fill, align, width));
        }
        Text text = (Text) value;
        if ((kind != 0 && kind != 's') || align == '=' || parts.group(3) != null || parts.group(7) != null) {
            throw new TemplateFailure("Invalid format specifier '" + specification + "' for a string");
        }
        if (precision >= 0 && precision < text.size()) {
            text = text.slice(0, text.unitIndex((int) precision));
        }
        long missing = Math.max(0, width - text.size());
        Limits.checkText(width);
        int left = (int) (align == '<' ? 0 : align == '^' ? missing / 2 : missing);
        return new TextBuilder()
                .append(String.valueOf(fill).repeat(left))
                .append(text)
                .append(String.valueOf(fill).repeat((int) missing - left))
                .toText();
    }
}
