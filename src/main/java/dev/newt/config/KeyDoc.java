package dev.newt.config;

import java.util.Optional;

/**
 * A key's documentation.
 *
 * @param path with {@code []} for an entry of a list, such as {@code datasets[].path}
 * @param subject what it is about, in a word or two
 * @param type what it takes, in words
 * @param byDefault the value of an unset key, as YAML text
 * @param example a usual value, as YAML text
 * @param replacement the spelling that has replaced it
 * @param text what it does; for a key that does nothing, the reason; for one that is refused, what to write instead
 */
public record KeyDoc(
        String path,
        KeyStatus status,
        String subject,
        String type,
        Optional<String> byDefault,
        Optional<String> example,
        Optional<String> replacement,
        String text) {}
