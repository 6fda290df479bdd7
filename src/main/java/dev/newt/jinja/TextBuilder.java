package dev.newt.jinja;

import dev.newt.jinja.Mark.Run;
import java.util.ArrayList;
import java.util.List;

/** Collects output and its marks, at most {@link Limits#MAX_TEXT} characters. */
final class TextBuilder {
    /** How many of the last runs are tried for joining: pieces of one source arrive in sequence. */
    private static final int JOIN_WINDOW = 4;

    private final StringBuilder characters = new StringBuilder();
    private final List<Run> runs = new ArrayList<>();

    int length() {
        return characters.length();
    }

    TextBuilder append(String text) {
        Limits.checkText((long) characters.length() + text.length());
        characters.append(text);
        return this;
    }

    TextBuilder append(Text text) {
        int base = characters.length();
        append(text.value());
        for (Run run : text.runs()) {
            mark(base + run.start(), base + run.end(), run.mark());
        }
        return this;
    }

    TextBuilder appendCodePoint(int codePoint) {
        Limits.checkText((long) characters.length() + 2);
        characters.appendCodePoint(codePoint);
        return this;
    }

    /** Marks what was appended since the given length. */
    void markFrom(int start, Mark mark) {
        mark(start, characters.length(), mark);
    }

    private void mark(int start, int end, Mark mark) {
        if (start == end) {
            return;
        }
        for (int i = runs.size() - 1; i >= 0 && i >= runs.size() - JOIN_WINDOW; i--) {
            Run run = runs.get(i);
            if (run.end() == start && run.mark().equals(mark)) {
                // Turns are distinguished by nesting order, so a joined turn must become the latest.
                runs.remove(i);
                runs.add(new Run(run.start(), end, mark));
                return;
            }
        }
        runs.add(new Run(start, end, mark));
    }

    Text toText() {
        return characters.isEmpty() ? Text.EMPTY : new Text(characters.toString(), List.copyOf(runs), false);
    }
}
