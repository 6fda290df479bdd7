package dev.newt.run;

import dev.newt.engine.Engines;
import dev.newt.io.UserException;
import dev.newt.jinja.ChatRequest;
import dev.newt.jinja.ChatTemplate;
import dev.newt.model.Generator;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.RunSettings;
import dev.newt.tensor.Engine;
import dev.newt.token.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** A tuned model that answers. */
public final class InferenceRun implements AutoCloseable {
    private static final char INCOMPLETE = '\uFFFD';

    private final Engine engine;
    private final TunedModel model;
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final Generator generator;
    private final int capacity;

    private InferenceRun(Engine engine, TunedModel model, Tokenizer tokenizer, Optional<String> template) {
        this.engine = engine;
        this.model = model;
        this.tokenizer = tokenizer;
        this.template = template.map(source -> ChatTemplate.parse("chat_template", source));
        this.capacity = model.decoder().spec().maxPositions();
        this.generator = new Generator(engine, model.decoder(), capacity);
    }

    /** Begins to load the engine, for those who will {@link #open} a model after other work. */
    public static void prepare() {
        Engines.prepare(Engines.Device.CPU);
    }

    /**
     * Loads the model.
     *
     * @param tuned folder of an adapter or of a whole model; else the configuration's output_dir
     * @param baseOnly leave the tuning out
     */
    public static InferenceRun open(ExecutionPlan plan, Optional<Path> tuned, boolean baseOnly) {
        RunSettings settings = plan.settings();
        Tokenizer tokenizer = tokenizer(settings);
        Engine engine = Engines.open(Engines.Device.CPU);
        try {
            TunedModel model = baseOnly
                    ? TunedModel.base(plan, engine)
                    : TunedModel.forInference(plan, engine, tuned.orElseGet(() -> tuned(settings)));
            return new InferenceRun(
                    engine, model, tokenizer, settings.chatTemplate().resolve(tokenizer.chatTemplate()));
        } catch (RuntimeException e) {
            engine.close();
            tokenizer.close();
            throw e;
        }
    }

    static Tokenizer tokenizer(RunSettings settings) {
        return Tokenizer.open(
                settings.model().tokenizerFolder(), settings.model().specialTokens());
    }

    /** The folder that training wrote to. */
    static Path tuned(RunSettings settings) {
        Path output = settings.output().folder();
        boolean adapter = settings.adapter().isPresent();
        String needed = adapter ? "adapter_config.json" : "config.json";
        if (!Files.exists(output.resolve(needed))) {
            throw new UserException(output + ": has no " + needed
                    + "; train this configuration first, from this working directory, or name the folder of the "
                    + (adapter ? "adapter with --adapter" : "model with --model"));
        }
        return output;
    }

    /** Whether prompts are messages of a conversation; else the model continues them as they are. */
    public boolean chats() {
        return template.isPresent();
    }

    /**
     * Answers one message of a user.
     *
     * @throws UserException where the prompt leaves no room for an answer
     */
    public String answer(String prompt, SamplingSettings settings) {
        return answer(List.of(new Message("user", prompt)), settings, piece -> {});
    }

    /**
     * Answers, piece by piece.
     *
     * @param messages of the conversation, by role and content; without a chat template the last one's content is continued
     * @param pieces hears the text as it comes
     * @return the whole answer
     * @throws UserException where the prompt leaves no room for an answer
     */
    public String answer(List<Message> messages, SamplingSettings settings, Consumer<String> pieces) {
        int[] prompt = prompt(messages);
        if (prompt.length >= capacity) {
            throw new UserException("the prompt has " + prompt.length + " tokens"
                    + (template.isPresent() ? ", those of the chat template included" : "")
                    + ", and the model's positions end at " + capacity
                    + ": that leaves no room for an answer; shorten the prompt");
        }
        if (prompt.length == 0) {
            throw new UserException("the prompt has no tokens, so there is nothing to answer; write something into it");
        }
        List<Integer> tokens = new ArrayList<>();
        StringBuilder told = new StringBuilder();
        generator.generate(
                prompt,
                settings.maxNewTokens(),
                TrainingRun.ends(model, tokenizer),
                settings.sampling(),
                new SplittableRandom(settings.seed()),
                token -> {
                    tokens.add(token);
                    tell(tokens, told, pieces);
                    return true;
                });
        return told.toString();
    }

    private void tell(List<Integer> tokens, StringBuilder told, Consumer<String> pieces) {
        String text =
                tokenizer.decode(tokens.stream().mapToInt(Integer::intValue).toArray(), true);
        // A token may end in the middle of a character: it is told when it is whole.
        if (text.length() > told.length() && text.charAt(text.length() - 1) != INCOMPLETE) {
            String piece = text.substring(told.length());
            told.append(piece);
            pieces.accept(piece);
        }
    }

    private int[] prompt(List<Message> messages) {
        if (template.isEmpty()) {
            return tokenizer.encodeWithSpecialTokens(
                    messages.get(messages.size() - 1).content());
        }
        List<Map<String, Object>> turns = new ArrayList<>();
        for (Message message : messages) {
            Map<String, Object> turn = new LinkedHashMap<>();
            turn.put("role", message.role());
            turn.put("content", message.content());
            turns.add(turn);
        }
        ChatRequest request =
                ChatRequest.of(turns).withGenerationPrompt(true).withSpecialTokens(tokenizer.specialTokens());
        return tokenizer.encode(template.get().render(request).text());
    }

    /** One turn of a conversation. */
    public record Message(String role, String content) {}

    @Override
    public void close() {
        generator.close();
        model.close();
        engine.close();
        tokenizer.close();
    }
}
