package dev.newt.data.prompt;

import dev.newt.io.UserException;
import dev.newt.jinja.ChatRequest;
import dev.newt.jinja.ChatTemplate;
import dev.newt.jinja.Rendering;
import dev.newt.jinja.Rendering.Range;
import dev.newt.jinja.Rendering.Span;
import dev.newt.rows.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Marks what is trained in one rendered conversation. Of a trained turn that is, in this order of preference: the characters that its training detail names; what
 * the template's generation blocks wrote of it; its content; and where the template shows more of it (calls of tools, reasoning) or
 * rearranges the content, everything from its header's end to its end token.
 */
final class TurnMarks {
    private final Row row;
    private final List<Turn> turns;
    private final Rendering rendering;
    private final List<String> endTexts;
    private final ChatTemplate template;
    private final BiFunction<List<Turn>, Boolean, ChatRequest> requests;
    private final CharacterMask mask;

    /**
     * @param endTexts the tokens that end a turn, as text
     * @param requests the request that renders some of the turns, with or without a generation prompt
     */
    TurnMarks(
            Row row,
            List<Turn> turns,
            Rendering rendering,
            List<String> endTexts,
            ChatTemplate template,
            BiFunction<List<Turn>, Boolean, ChatRequest> requests) {
        this.row = row;
        this.turns = turns;
        this.rendering = rendering;
        this.endTexts = endTexts;
        this.template = template;
        this.requests = requests;
        this.mask = new CharacterMask(rendering.text().length());
    }

    CharacterMask mask() {
        return mask;
    }

    /** Marks one turn; returns where its own text ends, or -1 if the template writes none of it. */
    int mark(int index) {
        Turn turn = turns.get(index);
        List<Span> shown = shown(index);
        if (shown.isEmpty()) {
            if (turn.trained() && (!turn.content().isBlank() || turn.hasMoreThanContent())) {
                throw error(
                        index,
                        " is to be trained, but the chat template does not show its text. Correct the row, use another"
                                + " template, or leave the role out of roles_to_train.");
            }
            List<Range> empty = turn.trained() ? generated(index, shown) : List.of();
            empty.forEach(range -> mask.train(range.start(), range.end()));
            return empty.isEmpty() ? -1 : empty.get(0).start();
        }
        int start = shown.get(0).start();
        int end = shown.get(shown.size() - 1).end();
        if (!turn.trained()) {
            mask.forbid(start, end);
            return end;
        }
        if (turn.message().get("tool_calls") instanceof List<?> calls
                && !calls.isEmpty()
                && shown.stream().noneMatch(span -> span.field().equals("tool_calls"))) {
            throw error(
                    index,
                    " calls tools, which the chat template does not show, so it would be trained without them. Use a"
                            + " template with tool support, or remove the calls from the row.");
        }
        if (!turn.details().isEmpty()) {
            markDetails(index, shown);
            return end;
        }
        List<Range> generated = generated(index, shown);
        if (!generated.isEmpty()) {
            generated.forEach(range -> mask.train(range.start(), range.end()));
            return end;
        }
        if (!turn.isAssistant()) {
            List<Span> content = of(shown, "content");
            content = content.isEmpty() ? shown : content;
            mask.train(content.get(0).start(), content.get(content.size() - 1).end());
            return end;
        }
        boolean whole = of(shown, "content").size() == shown.size()
                && rendering
                        .text()
                        .substring(start, end)
                        .strip()
                        .equals(turn.content().strip());
        if (!whole) {
            start = headerEnd(index, start);
            end = textEnd(index, end);
        }
        mask.train(start, end);
        return end;
    }

    private List<Span> shown(int index) {
        return rendering.spans().stream()
                .filter(span -> span.messageIndex() == index && !span.field().equals("role"))
                .toList();
    }

    private static List<Span> of(List<Span> spans, String field) {
        return spans.stream().filter(span -> span.field().equals(field)).toList();
    }

    private UserException error(int index, String what) {
        return row.error(
                "message " + (index + 1) + " (" + turns.get(index).message().get("role") + ")" + what);
    }

    /** The parts of a turn that generation blocks wrote: within the loop over the messages, or around its text. */
    private List<Range> generated(int index, List<Span> shown) {
        List<Range> ranges = new ArrayList<>();
        for (Range block : rendering.generations()) {
            List<Range> own = region(index).stream()
                    .map(turn -> new Range(Math.max(turn.start(), block.start()), Math.min(turn.end(), block.end())))
                    .filter(part -> part.start() < part.end())
                    .toList();
            boolean holds = shown.stream().anyMatch(span -> inside(span, block));
            if (own.isEmpty() && holds) {
                if (rendering.spans().stream().anyMatch(span -> span.messageIndex() != index && inside(span, block))) {
                    throw error(index, " shares a generation block of the chat template with another message.");
                }
                own = List.of(block);
            }
            ranges.addAll(own);
        }
        return ranges;
    }

    private static boolean inside(Span span, Range block) {
        return span.start() >= block.start() && span.end() <= block.end();
    }

    private List<Rendering.Turn> region(int index) {
        return rendering.turns().stream()
                .filter(turn -> turn.messageIndex() == index)
                .toList();
    }

    /** Where the generation prompt ends, which is where the model begins to write the turn. */
    private int headerEnd(int index, int start) {
        Optional<String> before = rendered(turns.subList(0, index), true);
        if (before.isPresent()
                && before.get().length() <= start
                && rendering.text().startsWith(before.get())) {
            return before.get().length();
        }
        // The template writes the conversation so far otherwise than when it goes on. Then the header is what the turn
        // has in common with
        // the generation prompt.
        Optional<String> asked = rendered(turns, true).filter(text -> text.startsWith(rendering.text()));
        List<Rendering.Turn> region = region(index);
        if (asked.isPresent() && !region.isEmpty()) {
            String prompt = asked.get().substring(rendering.text().length());
            int from = region.get(0).start();
            int common = 0;
            while (common < prompt.length()
                    && from + common < start
                    && rendering.text().charAt(from + common) == prompt.charAt(common)) {
                common++;
            }
            if (common > 0 || prompt.isEmpty()) {
                return Math.min(from + common, start);
            }
        }
        throw error(
                index,
                " is to be trained, but the chat template does not show where its header ends."
                        + " Mark what is trained with {% generation %} in the template.");
    }

    private Optional<String> rendered(List<Turn> some, boolean addGenerationPrompt) {
        try {
            return Optional.of(
                    template.render(requests.apply(some, addGenerationPrompt)).text());
        } catch (UserException e) {
            return Optional.empty(); // The template accepts the whole conversation, but not this part of it.
        }
    }

    /** After the closing marks of tool calls: at the turn's end token, or where the turn's text ends if there is none. */
    private int textEnd(int index, int end) {
        String text = rendering.text();
        List<Rendering.Turn> region = region(index);
        int limit = region.isEmpty()
                ? nextStart(index, end)
                : Math.max(end, region.get(region.size() - 1).end());
        int nearest = -1;
        for (String token : endTexts) {
            int at = text.indexOf(token, end);
            if (at >= 0 && at < limit && (nearest < 0 || at < nearest)) {
                nearest = at;
            }
        }
        if (nearest >= 0) {
            return nearest;
        }
        if (region.isEmpty() && index + 1 < turns.size()) {
            throw error(
                    index,
                    " is to be trained, but the chat template does not show where it ends."
                            + " Name its end token in eot_tokens.");
        }
        return end + text.substring(end, limit).stripTrailing().length();
    }

    private int nextStart(int index, int end) {
        return rendering.spans().stream()
                .filter(span -> span.messageIndex() != index && span.start() >= end)
                .mapToInt(Span::start)
                .min()
                .orElse(rendering.text().length());
    }

    private void markDetails(int index, List<Span> shown) {
        Turn turn = turns.get(index);
        for (Map.Entry<String, List<Turn.Piece>> detail : turn.details().entrySet()) {
            String field = detail.getKey();
            List<Span> spans = of(shown, field);
            if (spans.isEmpty()) {
                continue;
            }
            int start = spans.get(0).start();
            int end = spans.get(spans.size() - 1).end();
            String given = String.valueOf(turn.message().get(field));
            String text = rendering.text().substring(start, end);
            // Templates often trim; the shown text is then one run of the field.
            int lead = text.equals(given)
                    ? 0
                    : given.length() - given.stripLeading().length();
            if (!given.startsWith(text, lead) || !given.strip().equals(text.strip())) {
                throw row.error("message " + (index + 1) + ": its training detail refers to characters of " + field
                        + " that the chat template rewrites.");
            }
            mask.forbid(start, end);
            int points = given.codePointCount(0, given.length());
            for (Turn.Piece piece : detail.getValue()) {
                if (piece.start() < 0 || piece.end() > points || piece.start() > piece.end()) {
                    throw row.error("message " + (index + 1) + ": a training detail covers characters " + piece.start()
                            + " to " + (piece.end() - 1) + ", but " + field + " has " + points + ".");
                }
                int from = given.offsetByCodePoints(0, piece.start()) - lead + start;
                int to = given.offsetByCodePoints(0, piece.end()) - lead + start;
                if (piece.trained()) {
                    mask.train(Math.max(from, start), Math.min(to, end));
                }
            }
        }
        // Text without a detail of its own is trained if the role is.
        boolean rest = turn.trainedByRole();
        for (Span span : shown) {
            if (!turn.details().containsKey(span.field())) {
                if (rest) {
                    mask.train(span.start(), span.end());
                } else {
                    mask.forbid(span.start(), span.end());
                }
            }
        }
    }
}
