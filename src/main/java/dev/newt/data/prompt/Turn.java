package dev.newt.data.prompt;

import java.util.List;
import java.util.Map;

/**
 * One message of a conversation.
 *
 * @param message the message as the template sees it
 * @param trained whether any of it is trained
 * @param trainedByRole whether it would be trained without details
 * @param details which characters of each field are trained, if the row says so: sorted, counted in code points
 */
record Turn(Map<String, Object> message, boolean trained, boolean trainedByRole, Map<String, List<Piece>> details) {
    /** Code points [start, end) of a field's text. */
    record Piece(int start, int end, boolean trained) {}

    Turn {
        details = Map.copyOf(details);
    }

    static Turn whole(Map<String, Object> message, boolean trained) {
        return new Turn(message, trained, trained, Map.of());
    }

    String content() {
        return message.get("content") instanceof String text ? text : "";
    }

    boolean isAssistant() {
        return "assistant".equals(message.get("role"));
    }

    /** Whether the message has more than a role and content. */
    boolean hasMoreThanContent() {
        return message.keySet().stream().anyMatch(key -> !key.equals("role") && !key.equals("content"));
    }
}
