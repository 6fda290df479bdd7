package dev.newt.data.prompt;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.RowFinding;
import dev.newt.data.dataset.TrainOnEnd;
import dev.newt.io.UserException;
import dev.newt.jinja.ChatRequest;
import dev.newt.jinja.ChatTemplate;
import dev.newt.jinja.Rendering;
import dev.newt.rows.Row;
import dev.newt.token.TokenizedText;
import dev.newt.token.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A conversation, rendered by a chat template and tokenised as a whole, so that its tokens are those the model will see in use.
 * What is trained depends on where the template took each character from: the content of the trained turns, and the tokens that end them.
 * Headers are never trained. {@link TurnMarks} decides what is trained within a turn.
 */
final class ChatStrategy implements PromptStrategy {
    /** An end token belongs to a turn if it is fewer than this many tokens after it. */
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

    /** @param conversation reads the rows' messages, whatever the settings say about their fields */
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
                .orElseThrow(
                        () -> new UserException("chat_template: the tokenizer has no chat template. Set chat_template"
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
        TurnMarks marks = new TurnMarks(
                row, turns, rendering, endTexts, template, (some, prompt) -> request(some, tools, prompt));
        int[] ends = new int[turns.size()];
        for (int i = 0; i < turns.size(); i++) {
            ends[i] = marks.mark(i);
            if (ends[i] < 0
                    && "system".equals(turns.get(i).message().get("role"))
                    && !turns.get(i).content().isBlank()) {
                findings.accept(RowFinding.SYSTEM_PROMPT_LOST);
            }
        }
        boolean[] trained = marks.mask().trained(tokens);
        markEnds(turns, ends, tokens, trained);
        return List.of(new Example(tokens.ids(), trained));
    }

    /** Answers are to be ended, unless they are not trained or the user wants no end tokens. */
    @Override
    public Ending ending(Row row) {
        boolean wanted = settings.trainOnEos() != TrainOnEnd.NONE
                || (settings.trainOnEot() != TrainOnEnd.NONE && !eotIds.isEmpty());
        return wanted && conversation.trainsAnswers() ? Ending.NEEDED : Ending.FREE;
    }

    private ChatRequest request(
            List<Turn> turns, Optional<List<Map<String, Object>>> tools, boolean addGenerationPrompt) {
        ChatRequest request = ChatRequest.of(turns.stream().map(Turn::message).toList())
                .withSpecialTokens(tokenizer.specialTokens())
                .withVariables(settings.chatTemplateKwargs())
                .withGenerationPrompt(addGenerationPrompt);
        return tools.map(request::withTools).orElse(request);
    }

    private void markEnds(List<Turn> turns, int[] ends, TokenizedText tokens, boolean[] trained) {
        markEnds(turns, ends, tokens, trained, eosIds, settings.trainOnEos());
        markEnds(turns, ends, tokens, trained, eotIds, settings.trainOnEot());
    }

    private static void markEnds(
            List<Turn> turns, int[] ends, TokenizedText tokens, boolean[] trained, Set<Integer> ids, TrainOnEnd when) {
        int last = -1;
        for (int i = 0; i < turns.size(); i++) {
            boolean wanted = turns.get(i).trained();
            if (ends[i] < 0 || (!wanted && when != TrainOnEnd.ALL)) {
                continue;
            }
            int at = endToken(tokens, ends[i], ids);
            if (at >= 0) {
                last = at;
                // Even if a generation block includes it: the settings decide.
                trained[at] = when == TrainOnEnd.ALL || when == TrainOnEnd.TURN;
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
