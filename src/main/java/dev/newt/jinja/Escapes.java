package dev.newt.jinja;

/** Jinja's HTML escaping, which chat templates meet only through the filters safe and escape. */
final class Escapes {
    private Escapes() {}

    /** Escapes the text unless it is already escaped. */
    static Text escape(Text text) {
        if (text.safe()) {
            return text;
        }
        TextBuilder out = new TextBuilder();
        String value = text.value();
        int copied = 0;
        for (int i = 0; i < value.length(); i++) {
            String entity =
                    switch (value.charAt(i)) {
                        case '&' -> "&amp;";
                        case '<' -> "&lt;";
                        case '>' -> "&gt;";
                        case '\'' -> "&#39;";
                        case '"' -> "&#34;";
                        default -> "";
                    };
            if (!entity.isEmpty()) {
                out.append(text.slice(copied, i)).append(entity);
                copied = i + 1;
            }
        }
        return out.append(text.slice(copied, value.length())).toText().withSafe(true);
    }

    /** Concatenation; if one side is escaped, the other is escaped too. */
    static Text plus(Text left, Text right) {
        if (!left.safe() && !right.safe()) {
            return left.plus(right);
        }
        return escape(left).plus(escape(right)).withSafe(true);
    }
}
