package dev.newt.config;

import java.util.List;
import java.util.Optional;

/** One text or a list of texts. */
public record TextOrList(Optional<String> text, Optional<List<String>> list) implements Union {
    /** The list, or the text as a list of one. */
    public List<String> all() {
        return list.orElseGet(() -> List.of(text.orElseThrow()));
    }
}
