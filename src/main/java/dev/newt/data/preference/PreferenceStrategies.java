package dev.newt.data.preference;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.DatasetInfo;
import dev.newt.data.dataset.PreferenceFormat;
import dev.newt.data.dataset.PreferenceKind;
import dev.newt.data.prompt.ChatTexts;
import dev.newt.data.prompt.LlamaFactoryTexts;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Finds the strategy that the {@code type} of a preference data set names. */
public final class PreferenceStrategies {
    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\{\\{|}}|\\{(system|prompt|chosen|rejected|completion)}");
    private static final Set<String> CONVERSATIONS =
            Set.of("chat_template.argilla_chat", "chat_template.argilla", "orpo.chat_template");
    private static final String BRADLEY_TERRY = "bradley_terry.";

    private PreferenceStrategies() {}

    /**
     * The strategy of a name.
     *
     * @param format names the answers' fields, for types with a chat template
     * @throws UserException if this kind has no type of that name; the message lists those it has
     */
    public static PreferenceStrategy named(
            PreferenceKind kind, String type, PreferenceFormat format, ChatSettings chat, Tokenizer tokenizer) {
        PreferenceStrategy plain = plain(kind).get(type);
        if (plain != null) {
            return plain;
        }
        if (kind == PreferenceKind.PAIR && (type.equals("chat_template") || type.equals("chat_template.default"))) {
            ChatPreference preference = new ChatPreference(chat, format, new ChatTexts(chat, tokenizer));
            return preference::answers;
        }
        if (kind == PreferenceKind.PAIR && CONVERSATIONS.contains(type)) {
            ChatPreference preference = new ChatPreference(chat, format, new ChatTexts(chat, tokenizer));
            return preference::conversations;
        }
        if (kind == PreferenceKind.REWARD && type.startsWith(BRADLEY_TERRY + "chat_template")) {
            ChatPreference preference = new ChatPreference(chat, format, new ChatTexts(chat, tokenizer));
            return preference::input;
        }
        throw new UserException(
                "datasets: type \"" + type + "\" is not supported for this kind of preference data; it takes "
                        + String.join(", ", names(kind)) + ".");
    }

    /** The strategy of a mapping. */
    public static PreferenceStrategy of(PreferenceKind kind, PreferenceFormat format) {
        return switch (kind) {
            case PAIR, REWARD -> row -> {
                Map<String, String> values = values(row, format);
                values.put("chosen", PreferenceFields.text(row, format.fieldChosen()));
                values.put("rejected", PreferenceFields.text(row, format.fieldRejected()));
                return new PreferencePair(
                        fill(format.promptFormat().orElse("{prompt}"), values),
                        fill(format.chosenFormat().orElse("{chosen}"), values),
                        fill(format.rejectedFormat().orElse("{rejected}"), values));
            };
            case KTO -> row -> {
                Map<String, String> values = values(row, format);
                values.put("completion", PreferenceFields.text(row, format.fieldCompletion()));
                return new KtoExample(
                        fill(format.promptFormat().orElse("{prompt}"), values),
                        fill(format.completionFormat().orElse("{completion}"), values),
                        PreferenceFields.verdict(row, format.fieldLabel()));
            };
            case STEPWISE -> throw new UserException(
                    "datasets: type must be stepwise_supervised for a process reward model, not a mapping.");
        };
    }

    /**
     * The strategy of an entry of LLaMA-Factory's dataset_info.json, written by the chat template.
     *
     * @throws UserException if the entry holds another kind of preferences, or none
     */
    public static PreferenceStrategy of(PreferenceKind kind, DatasetInfo info, ChatSettings chat, Tokenizer tokenizer) {
        LlamaFactoryTexts texts = new LlamaFactoryTexts(info.judged(kind), chat, tokenizer);
        if (kind == PreferenceKind.KTO) {
            String verdict = info.column("kto_tag").orElseThrow();
            return row -> {
                LlamaFactoryTexts.Answered answered = texts.conversation(row);
                return new KtoExample(
                        answered.prompt(), answered.answers().get(0), PreferenceFields.verdict(row, verdict));
            };
        }
        return row -> {
            LlamaFactoryTexts.Answered answered = texts.answers(row, List.of("chosen", "rejected"));
            return new PreferencePair(
                    answered.prompt(),
                    answered.answers().get(0),
                    answered.answers().get(1));
        };
    }

    private static Map<String, PreferenceStrategy> plain(PreferenceKind kind) {
        Map<String, PreferenceStrategy> types = new TreeMap<>();
        switch (kind) {
            case PAIR -> {
                for (TurnFormat format : TurnFormat.values()) {
                    format.pairs().forEach((type, strategy) -> types.put(prefix(format) + type, strategy));
                }
                types.put("passthrough.default", passthrough());
            }
            case KTO -> {
                for (TurnFormat format : TurnFormat.values()) {
                    format.verdicts().forEach((type, strategy) -> types.put(prefix(format) + type, strategy));
                }
            }
            case REWARD -> types.put(
                    BRADLEY_TERRY + "llama3.icr", TurnFormat.LLAMA3.pairs().get("icr"));
            case STEPWISE -> types.put("stepwise_supervised", PreferenceStrategies::stepwise);
        }
        return types;
    }

    private static Set<String> names(PreferenceKind kind) {
        Set<String> names = new TreeSet<>(plain(kind).keySet());
        if (kind == PreferenceKind.PAIR) {
            names.add("chat_template.default");
            names.addAll(CONVERSATIONS);
        } else if (kind == PreferenceKind.REWARD) {
            names.add(BRADLEY_TERRY + "chat_template.default");
        }
        return names;
    }

    private static String prefix(TurnFormat format) {
        return format == TurnFormat.CHATML ? "chatml." : "llama3.";
    }

    private static PreferenceStrategy passthrough() {
        return of(PreferenceKind.PAIR, PreferenceFormat.defaults());
    }

    private static StepwiseExample stepwise(Row row) {
        List<JsonNode> steps = PreferenceFields.list(row, "completions");
        List<JsonNode> labels = PreferenceFields.list(row, "labels");
        if (steps.size() != labels.size() || steps.isEmpty()) {
            throw row.error("completions and labels must be equally long and not empty, but have " + steps.size()
                    + " and " + labels.size() + " entries.");
        }
        List<StepwiseExample.Step> made = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            if (!steps.get(i).isString()) {
                throw row.error("completions[" + i + "] must be text, but is " + steps.get(i) + ".");
            }
            made.add(new StepwiseExample.Step(
                    steps.get(i).asString(), PreferenceFields.verdict(row, "labels[" + i + "]", labels.get(i))));
        }
        return new StepwiseExample(PreferenceFields.text(row, "prompt"), made);
    }

    private static Map<String, String> values(Row row, PreferenceFormat format) {
        Map<String, String> values = new TreeMap<>();
        values.put("system", PreferenceFields.optionalText(row, format.fieldSystem()));
        values.put("prompt", PreferenceFields.text(row, format.fieldPrompt()));
        return values;
    }

    /** Replaces the placeholders in one pass, so that braces in the values stay as they are; double braces mean single ones. */
    private static String fill(String format, Map<String, String> values) {
        Matcher matcher = PLACEHOLDER.matcher(format);
        StringBuilder filled = new StringBuilder();
        while (matcher.find()) {
            String value = Optional.ofNullable(matcher.group(1))
                    .map(name -> values.getOrDefault(name, ""))
                    .orElse(matcher.group().substring(1));
            matcher.appendReplacement(filled, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(filled).toString();
    }
}
