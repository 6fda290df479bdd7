package dev.newt.jinja;

import dev.newt.jinja.Mark.Run;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A rendered conversation and where its characters came from. All positions are UTF-16 code units of {@code text}, end exclusive.
 *
 * <p>Nothing is found by searching: origins travel with the strings through the template. An operation that rewrites characters (upper, format
 * widths, escapes) drops them, so a span may be missing but is never wrong.
 *
 * @param text the output
 * @param spans characters copied from a message's field, disjoint and in order
 * @param turns what was written while a loop variable held a message (header, content, end of turn), disjoint and in order; in nested loops
 *     over messages the innermost counts
 * @param generations what generation blocks wrote, in order
 */
public record Rendering(String text, List<Span> spans, List<Turn> turns, List<Range> generations) {

    /**
     * @param messageIndex position in the request's messages
     * @param field the message's key: content, reasoning_content, role, tool_calls ... ; strings nested deeper have the outermost key
     */
    public record Span(int start, int end, int messageIndex, String field) {}

    /** @param messageIndex position in the request's messages */
    public record Turn(int start, int end, int messageIndex) {}

    public record Range(int start, int end) {}

    public Rendering {
        spans = List.copyOf(spans);
        turns = List.copyOf(turns);
        generations = List.copyOf(generations);
    }

    static Rendering of(Text text) {
        List<Run> runs = text.runs();
        return new Rendering(text.value(), spans(runs), turns(text.value().length(), runs), generations(runs));
    }

    private static List<Span> spans(List<Run> runs) {
        List<Span> spans = new ArrayList<>();
        runs.stream()
                .filter(run -> run.mark() instanceof Mark.Field)
                .sorted(Comparator.comparingInt(Run::start))
                .forEach(run -> {
                    Mark.Field field = (Mark.Field) run.mark();
                    Span last = spans.isEmpty() ? null : spans.get(spans.size() - 1);
                    if (last != null
                            && last.end() == run.start()
                            && last.messageIndex() == field.message()
                            && last.field().equals(field.name())) {
                        spans.set(spans.size() - 1, new Span(last.start(), run.end(), field.message(), field.name()));
                    } else {
                        spans.add(new Span(run.start(), run.end(), field.message(), field.name()));
                    }
                });
        return spans;
    }

    /** An inner loop's marks are set before the outer one's, so painting from the last to the first leaves the innermost on top. */
    private static List<Turn> turns(int length, List<Run> runs) {
        int[] owner = new int[length];
        Arrays.fill(owner, -1);
        for (int i = runs.size() - 1; i >= 0; i--) {
            if (runs.get(i).mark() instanceof Mark.Turn turn) {
                Arrays.fill(owner, runs.get(i).start(), runs.get(i).end(), turn.message());
            }
        }
        List<Turn> turns = new ArrayList<>();
        for (int start = 0, end; start < length; start = end) {
            end = start + 1;
            while (end < length && owner[end] == owner[start]) {
                end++;
            }
            if (owner[start] >= 0) {
                turns.add(new Turn(start, end, owner[start]));
            }
        }
        return turns;
    }

    private static List<Range> generations(List<Run> runs) {
        return runs.stream()
                .filter(run -> run.mark() instanceof Mark.Generation)
                .sorted(Comparator.comparingInt(Run::start))
                .map(run -> new Range(run.start(), run.end()))
                .toList();
    }
}
