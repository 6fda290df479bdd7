package dev.newt.data.prompt;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One message of a conversation.
 *
 * @param message as the template sees it
 * @param learnt whether its text is learnt
 * @param detail which characters of the content are learnt, where the row says so: sorted, by code points
 */
record Turn(Map<String, Object> message, boolean learnt, Optional<List<Piece>> detail) {
    /** Code points [start, end) of the content. */
    record Piece(int start, int end, boolean learnt) {}

    String content() {
        return message.get("content") instanceof String text ? text : "";
    }

    /** Whether the message holds more than its role and its content. */
    boolean hasMoreThanContent() {
        return message.keySet().stream().anyMatch(key -> !key.equals("role") && !key.equals("content"));
    }
}
