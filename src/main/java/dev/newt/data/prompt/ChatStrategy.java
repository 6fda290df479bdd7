package dev.newt.data.prompt;

import dev.newt.data.ChatSettings;
import dev.newt.data.Example;
import dev.newt.data.RowFinding;
import dev.newt.data.TrainOnEnd;
import dev.newt.data.chat.ChatRequest;
import dev.newt.data.chat.ChatTemplate;
import dev.newt.data.chat.Rendering;
import dev.newt.data.source.Row;
import dev.newt.data.token.TokenizedText;
import dev.newt.data.token.Tokenizer;
import dev.newt.io.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A conversation, rendered by a chat template and tokenised at once, so that its tokens are those the model will see when it is used.
 * What is learnt follows from where the template took each character: the content of the turns to learn, and the tokens that end them.
 * Headers are never learnt. A turn that calls tools or reasons is learnt from its header's end to its end token.
 */
final class ChatStrategy implements PromptStrategy {
    /** An end token belongs to a turn if it stands less than so many tokens behind it. */
    private static final int END_WITHIN = 3;

    private final ChatTemplate template;
    private final TurnReader conversation;
    private final ChatSettings settings;
    private final Tokenizer tokenizer;
    private final Set<Integer> eosIds = new TreeSet<>();
    private final Set<Integer> eotIds = new TreeSet<>();
    private final List<String> endTexts = new ArrayList<>();

    ChatStrategy(ChatSettings settings, Tokenizer tokenizer, boolean trainOnInputs) {
        this(settings, tokenizer, new Conversation(settings, trainOnInputs));
    }

    /** @param conversation reads the rows' messages, whatever the settings say of their fields */
    ChatStrategy(ChatSettings settings, Tokenizer tokenizer, TurnReader conversation) {
        this.template = template(settings, tokenizer);
        this.conversation = conversation;
        this.settings = settings;
        this.tokenizer = tokenizer;
        tokenizer.eosId().ifPresent(eosIds::add);
        String eos = tokenizer.specialTokens().getOrDefault("eos_token", "");
        if (!eos.isEmpty()) {
            endTexts.add(eos);
        }
        for (String token : settings.eotTokens()) {
            eotIds.add(tokenizer
                    .idOf(token)
                    .orElseThrow(() ->
                            new UserException("eot_tokens: \"" + token + "\" is not one token of the vocabulary.")));
            endTexts.add(token);
            if (token.equals(eos) && settings.trainOnEos() != settings.trainOnEot()) {
                throw new UserException("eot_tokens: \"" + token
                        + "\" is also the eos_token, so train_on_eos and train_on_eot must be the same.");
            }
        }
    }

    static ChatTemplate template(ChatSettings settings, Tokenizer tokenizer) {
        String source = settings.chatTemplate()
                .resolve(tokenizer.chatTemplate())
                .orElseThrow(() ->
                        new UserException("chat_template: the tokenizer brings no chat template. Set chat_template"
                                + " to a known name, or write one in chat_template_jinja."));
        return ChatTemplate.parse("chat_template", source);
    }

    @Override
    public List<Example> examples(Row row) {
        return examples(row, finding -> {});
    }

    @Override
    public List<Example> examples(Row row, Consumer<RowFinding> findings) {
        List<Turn> turns = conversation.turns(row);
        Optional<List<Map<String, Object>>> tools = conversation.tools(row);
        Rendering rendering;
        try {
            rendering = template.render(request(turns, tools, false));
        } catch (UserException e) {
            throw new UserException(row.place() + ": " + e.getMessage(), e);
        }
        TokenizedText tokens = tokenizer.encodeWithOffsets(rendering.text());
        CharacterMask mask = new CharacterMask(rendering.text().length());
        int[] ends = new int[turns.size()];
        for (int i = 0; i < turns.size(); i++) {
            ends[i] = mark(row, i, turns, tools, rendering, mask);
            if (ends[i] < 0
                    && "system".equals(turns.get(i).message().get("role"))
                    && !turns.get(i).content().isBlank()) {
                findings.accept(RowFinding.SYSTEM_PROMPT_LOST);
            }
        }
        boolean[] trained = mask.trained(tokens);
        markEnds(turns, ends, tokens, trained);
        return List.of(new Example(tokens.ids(), trained));
    }

    private ChatRequest request(
            List<Turn> turns, Optional<List<Map<String, Object>>> tools, boolean addGenerationPrompt) {
        ChatRequest request = ChatRequest.of(turns.stream().map(Turn::message).toList())
                .withSpecialTokens(tokenizer.specialTokens())
                .withVariables(settings.chatTemplateKwargs())
                .withGenerationPrompt(addGenerationPrompt);
        return tools.map(request::withTools).orElse(request);
    }

    /** Marks the characters of one turn; returns where it ends in the text, or -1 if it has no place there. */
    private int mark(
            Row row,
            int index,
            List<Turn> turns,
            Optional<List<Map<String, Object>>> tools,
            Rendering rendering,
            CharacterMask mask) {
        Turn turn = turns.get(index);
        int start = -1;
        int end = -1;
        boolean more = false;
        for (Rendering.Span span : rendering.spans()) {
            if (span.messageIndex() == index && !span.field().equals("role")) {
                start = start < 0 ? span.start() : start;
                end = span.end();
                more |= !span.field().equals("content");
            }
        }
        if (start < 0) {
            if (turn.learnt() && (!turn.content().isBlank() || turn.hasMoreThanContent())) {
                throw row.error("message " + (index + 1) + " (" + turn.message().get("role")
                        + ") is to be learnt, but the chat template does not show its text. Correct the row, use another"
                        + " template, or leave the role out of roles_to_train.");
            }
            return -1;
        }
        if (!turn.learnt()) {
            mask.forbid(start, end);
            return end;
        }
        if (turn.detail().isPresent()) {
            markDetail(row, index, turn, rendering, mask);
            return end;
        }
        if (more) {
            start = headerEnd(index, turns, tools, rendering, start);
            end = textEnd(index, rendering, end);
        }
        mask.learn(start, end);
        return end;
    }

    /** Where the generation prompt ends: there the model begins to write a turn. */
    private int headerEnd(
            int index, List<Turn> turns, Optional<List<Map<String, Object>>> tools, Rendering rendering, int start) {
        if (index == 0) {
            return start;
        }
        String before;
        try {
            before = template.render(request(turns.subList(0, index), tools, true))
                    .text();
        } catch (UserException e) {
            return start; // The template refuses the part of the conversation; the turn's own characters must do.
        }
        return before.length() <= start && rendering.text().startsWith(before) ? before.length() : start;
    }

    /** Behind the brackets that close tool calls: where the end token of the turn stands. */
    private int textEnd(int index, Rendering rendering, int end) {
        int turnEnd = end;
        for (Rendering.Turn turn : rendering.turns()) {
            if (turn.messageIndex() == index) {
                turnEnd = Math.max(turnEnd, turn.end());
            }
        }
        int nearest = -1;
        for (String text : endTexts) {
            int at = rendering.text().indexOf(text, end);
            if (at >= 0 && at < turnEnd && (nearest < 0 || at < nearest)) {
                nearest = at;
            }
        }
        return nearest < 0 ? end : nearest;
    }

    private static void markDetail(Row row, int index, Turn turn, Rendering rendering, CharacterMask mask) {
        int start = -1;
        int end = -1;
        for (Rendering.Span span : rendering.spans()) {
            if (span.messageIndex() == index && span.field().equals("content")) {
                start = start < 0 ? span.start() : start;
                end = span.end();
            }
        }
        String shown = start < 0 ? "" : rendering.text().substring(start, end);
        String content = turn.content();
        // Templates often trim; then the shown text is one run of the content.
        int lead = shown.equals(content)
                ? 0
                : content.length() - content.stripLeading().length();
        if (!content.startsWith(shown, lead) || !content.strip().equals(shown.strip())) {
            throw row.error("message " + (index + 1)
                    + ": its training detail counts characters that the chat template rewrites.");
        }
        mask.forbid(start, end);
        int points = content.codePointCount(0, content.length());
        for (Turn.Piece piece : turn.detail().orElseThrow()) {
            if (piece.start() < 0 || piece.end() > points || piece.start() > piece.end()) {
                throw row.error("message " + (index + 1) + ": a training detail names characters " + piece.start()
                        + " to " + (piece.end() - 1) + " of a content of " + points + ".");
            }
            int from = content.offsetByCodePoints(0, piece.start()) - lead + start;
            int to = content.offsetByCodePoints(0, piece.end()) - lead + start;
            if (piece.learnt()) {
                mask.learn(Math.max(from, start), Math.min(to, end));
            }
        }
    }

    private void markEnds(List<Turn> turns, int[] ends, TokenizedText tokens, boolean[] trained) {
        markEnds(turns, ends, tokens, trained, eosIds, settings.trainOnEos());
        markEnds(turns, ends, tokens, trained, eotIds, settings.trainOnEot());
    }

    private static void markEnds(
            List<Turn> turns, int[] ends, TokenizedText tokens, boolean[] trained, Set<Integer> ids, TrainOnEnd when) {
        int last = -1;
        for (int i = 0; i < turns.size(); i++) {
            boolean learnt = turns.get(i).learnt();
            if (ends[i] < 0 || (!learnt && when != TrainOnEnd.ALL)) {
                continue;
            }
            int at = endToken(tokens, ends[i], ids);
            if (at >= 0) {
                last = at;
                trained[at] |= when == TrainOnEnd.ALL || when == TrainOnEnd.TURN;
            }
        }
        if (when == TrainOnEnd.LAST && last >= 0) {
            trained[last] = true;
        }
    }

    private static int endToken(TokenizedText tokens, int end, Set<Integer> ids) {
        int low = 0;
        int high = tokens.length();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (tokens.starts()[middle] < end) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (int i = low; i < Math.min(low + END_WITHIN, tokens.length()); i++) {
            if (ids.contains(tokens.ids()[i])) {
                return i;
            }
        }
        return -1;
    }
}
