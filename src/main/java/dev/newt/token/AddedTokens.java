package dev.newt.token;

import java.util.HashMap;
import java.util.Map;

/** Tokens that are found in the text before anything else: the longest at each position, from left to right. */
final class AddedTokens {
    private static final int ASCII = 128;

    private final Node root = new Node();
    private final boolean[] asciiBegins = new boolean[ASCII];
    private boolean otherBegins;

    private static final class Node {
        private final Map<Character, Node> next = new HashMap<>();
        private int id = -1;
        private boolean takesLeft;
        private boolean takesRight;
    }

    /** A token that was found; after the last one comes one without an id, at the end of the text. */
    record Match(int start, int end, int id) {
        boolean isEnd() {
            return id < 0;
        }
    }

    /**
     * Adds a token.
     *
     * @param takesLeft whether it absorbs the spaces before it
     * @param takesRight whether it absorbs the spaces after it
     */
    void add(String content, int id, boolean takesLeft, boolean takesRight) {
        Node node = root;
        for (char c : content.toCharArray()) {
            node = node.next.computeIfAbsent(c, unused -> new Node());
        }
        node.id = id;
        node.takesLeft = takesLeft;
        node.takesRight = takesRight;
        if (content.charAt(0) < ASCII) {
            asciiBegins[content.charAt(0)] = true;
        } else {
            otherBegins = true;
        }
    }

    /** The next token in [from, end). */
    Match find(char[] text, int from, int end) {
        for (int i = from; i < end; i++) {
            if (text[i] < ASCII ? asciiBegins[text[i]] : otherBegins) {
                Match match = longest(text, i, from, end);
                if (!match.isEnd()) {
                    return match;
                }
            }
        }
        return new Match(end, end, -1);
    }

    private Match longest(char[] text, int at, int from, int end) {
        Node best = root;
        int bestEnd = at;
        Node node = root.next.get(text[at]);
        for (int i = at + 1; node != null; i++) {
            if (node.id >= 0) {
                best = node;
                bestEnd = i;
            }
            node = i < end ? node.next.get(text[i]) : null;
        }
        int start = at;
        while (best.takesLeft && start > from && CharacterKinds.of(text[start - 1]) == CharacterKinds.SPACE) {
            start--;
        }
        while (best.takesRight && bestEnd < end && CharacterKinds.of(text[bestEnd]) == CharacterKinds.SPACE) {
            bestEnd++;
        }
        return new Match(start, bestEnd, best.id);
    }
}
