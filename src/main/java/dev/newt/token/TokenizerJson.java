package dev.newt.token;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Makes an encoder from a {@code tokenizer.json}, if each of its parts is of a kind that is implemented here to the last detail. */
final class TokenizerJson {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final ObjectReader PART = JSON.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final int ASCII = 128;
    private static final String GPT_4 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|%s"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final Map<String, WordSplitter> PATTERNS = Map.of(
            String.format(GPT_4, "\\p{N}{1,3}"), new Gpt4Words(3),
            String.format(GPT_4, "\\p{N}"), new Gpt4Words(1));

    private final Map<String, JsonNode> parts;
    private final BpeVocabulary vocabulary;

    private TokenizerJson(Map<String, JsonNode> parts, BpeVocabulary vocabulary) {
        this.parts = parts;
        this.vocabulary = vocabulary;
    }

    /** Empty for tokenizers of other kinds. */
    static Optional<BpeEncoder> encoder(Path file) {
        Map<String, JsonNode> parts = new HashMap<>();
        Optional<BpeVocabulary> vocabulary = Optional.empty();
        try (InputStream in = Files.newInputStream(file);
                JsonParser parser = JSON.createParser(in)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("model")) {
                    vocabulary = BpeVocabulary.read(parser);
                } else {
                    parts.put(name, PART.readTree(parser));
                }
            }
        } catch (IOException | JacksonException e) {
            return Optional.empty(); // A file of another version, which the library has already accepted.
        }
        return vocabulary.flatMap(model -> new TokenizerJson(parts, model).encoder());
    }

    /** The effect of the list of steps before the model. */
    private record Preparation(
            boolean composes, boolean byteLevel, Optional<SpaceMarks> marks, Optional<WordSplitter> splitter) {
        Preparation withMarks(SpaceMarks value) {
            return new Preparation(composes, byteLevel, Optional.of(value), splitter);
        }
    }

    private Optional<BpeEncoder> encoder() {
        if (!vocabulary.isPlain()) {
            return Optional.empty();
        }
        Optional<Preparation> preparation = normalizer().flatMap(this::preTokenizer);
        Optional<PairTable> pairs = vocabulary.pairs();
        if (preparation.isEmpty() || pairs.isEmpty()) {
            return Optional.empty();
        }
        Preparation known = preparation.get();
        Optional<Symbols> symbols = known.byteLevel()
                ? Symbols.ofBytes(vocabulary.ids())
                : vocabulary.flag("byte_fallback") ? Symbols.ofCharacters(vocabulary.ids()) : Optional.empty();
        AddedTokens plain = new AddedTokens();
        AddedTokens normalized = new AddedTokens();
        if (symbols.isEmpty() || !addedTokens(plain, normalized, known)) {
            return Optional.empty();
        }
        BpeEncoder.Steps steps = new BpeEncoder.Steps(
                plain,
                normalized,
                known.composes(),
                known.marks(),
                known.splitter(),
                vocabulary.flag("ignore_merges"),
                trimsPlaces(part("post_processor")));
        return Optional.of(new BpeEncoder(steps, vocabulary, pairs.get(), symbols.get()));
    }

    /** Takes the added tokens. False where one is matched as {@link BpeEncoder} does not: whole words alone, or with spaces on both counts. */
    private boolean addedTokens(AddedTokens plain, AddedTokens normalized, Preparation known) {
        JsonNode tokens = parts.getOrDefault("added_tokens", JSON.createArrayNode());
        boolean spaces = tokens.valueStream()
                .anyMatch(token -> token.path("content").asString(" ").startsWith(" "));
        for (JsonNode token : tokens) {
            String content = token.path("content").asString("");
            int id = token.path("id").asInt(-1);
            boolean left = token.path("lstrip").asBoolean(false);
            boolean right = token.path("rstrip").asBoolean(false);
            boolean usable = !content.isEmpty()
                    && id >= 0
                    && vocabulary.ids().getOrDefault(content, id) == id
                    && !token.path("single_word").asBoolean(false)
                    && !(spaces && (left || right));
            if (!usable) {
                return false;
            }
            if (!token.path("normalized").asBoolean(true)) {
                plain.add(content, id, left, right);
            } else if (known.composes() && content.chars().anyMatch(c -> c >= ASCII)) {
                return false;
            } else {
                normalized.add(written(content, known), id, left, right);
            }
        }
        return true;
    }

    private static String written(String content, Preparation known) {
        if (known.marks().filter(SpaceMarks::before).isEmpty()) {
            return content;
        }
        char[] marked = new char[content.length() + 1];
        int prepended = known.marks().get().write(content.toCharArray(), 0, content.length(), marked);
        return new String(marked, 0, content.length() + prepended);
    }

    private Optional<Preparation> normalizer() {
        JsonNode normalizer = part("normalizer");
        Preparation none = new Preparation(false, false, Optional.empty(), Optional.empty());
        return switch (normalizer.path("type").asString("")) {
            case "" -> normalizer.isNull() ? Optional.of(none) : Optional.empty();
            case "NFC" -> Optional.of(new Preparation(true, false, Optional.empty(), Optional.empty()));
            case "Replace" -> spaceReplacement(normalizer)
                    .map(mark -> none.withMarks(new SpaceMarks(mark, true, SpaceMarks.Prepend.NEVER, false)));
            case "Sequence" -> {
                JsonNode list = normalizer.path("normalizers");
                JsonNode first = list.path(0);
                JsonNode second = list.path(1);
                yield list.size() == 2 && first.path("type").asString("").equals("Prepend")
                        ? spaceReplacement(second)
                                .filter(mark ->
                                        first.path("prepend").asString("").equals(String.valueOf(mark)))
                                .map(mark ->
                                        none.withMarks(new SpaceMarks(mark, true, SpaceMarks.Prepend.ALWAYS, false)))
                        : Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    private static Optional<Character> spaceReplacement(JsonNode normalizer) {
        String mark = normalizer.path("content").asString("");
        return normalizer.path("type").asString("").equals("Replace")
                        && normalizer
                                .path("pattern")
                                .path("String")
                                .asString("")
                                .equals(" ")
                        && mark.length() == 1
                        && mark.charAt(0) != ' '
                ? Optional.of(mark.charAt(0))
                : Optional.empty();
    }

    private Optional<Preparation> preTokenizer(Preparation normalized) {
        JsonNode step = part("pre_tokenizer");
        if (step.isNull()) {
            return Optional.of(split(normalized));
        }
        if (normalized.marks().isPresent()) {
            // Gemma splits at spaces, but its normalizer has left none.
            boolean idle = step.path("type").asString("").equals("Split")
                    && step.path("pattern").path("String").asString("").equals(" ");
            return idle ? Optional.of(split(normalized)) : Optional.empty();
        }
        return switch (step.path("type").asString("")) {
            case "ByteLevel" -> isPlainByteLevel(step, true)
                    ? bytes(normalized, new Gpt2Words(false))
                    : Optional.empty();
            case "Sequence" -> sequence(normalized, step.path("pretokenizers"));
            case "Metaspace" -> metaspace(normalized, step);
            default -> Optional.empty();
        };
    }

    /** If no merge crosses the beginning of a marked word, words can be merged one by one. */
    private Preparation split(Preparation marked) {
        Optional<WordSplitter> splitter = marked.marks()
                .filter(marks -> !vocabulary.mergesOverBegin(marks.mark()))
                .map(marks -> new MarkedWords(marks.mark(), true));
        return new Preparation(marked.composes(), false, marked.marks(), splitter);
    }

    private static Optional<Preparation> sequence(Preparation normalized, JsonNode list) {
        JsonNode first = list.path(0);
        JsonNode second = list.path(1);
        if (list.size() != 2) {
            return Optional.empty();
        }
        if (first.path("type").asString("").equals("Digits")
                && first.path("individual_digits").asBoolean(false)
                && isPlainByteLevel(second, true)) {
            return bytes(normalized, new Gpt2Words(true));
        }
        WordSplitter known = PATTERNS.get(first.path("pattern").path("Regex").asString(""));
        return first.path("type").asString("").equals("Split")
                        && first.path("behavior").asString("").equals("Isolated")
                        && !first.path("invert").asBoolean(false)
                        && known != null
                        && isPlainByteLevel(second, false)
                ? bytes(normalized, known)
                : Optional.empty();
    }

    private static Optional<Preparation> bytes(Preparation normalized, WordSplitter splitter) {
        return Optional.of(new Preparation(normalized.composes(), true, Optional.empty(), Optional.of(splitter)));
    }

    private static boolean isPlainByteLevel(JsonNode step, boolean useRegex) {
        return step.path("type").asString("").equals("ByteLevel")
                && !step.path("add_prefix_space").asBoolean(true)
                && step.path("use_regex").asBoolean(true) == useRegex;
    }

    /** Only if the scheme is given: older files leave it to be guessed. */
    private Optional<Preparation> metaspace(Preparation normalized, JsonNode step) {
        String mark = step.path("replacement").asString("");
        Optional<SpaceMarks.Prepend> prepend =
                switch (step.path("prepend_scheme").asString("")) {
                    case "always" -> Optional.of(SpaceMarks.Prepend.ALWAYS);
                    case "first" -> Optional.of(SpaceMarks.Prepend.FIRST);
                    case "never" -> Optional.of(SpaceMarks.Prepend.NEVER);
                    default -> Optional.empty();
                };
        if (mark.length() != 1 || mark.charAt(0) == ' ' || prepend.isEmpty()) {
            return Optional.empty();
        }
        Preparation marked = normalized.withMarks(new SpaceMarks(mark.charAt(0), false, prepend.get(), true));
        return Optional.of(
                step.path("split").asBoolean(true)
                        ? new Preparation(
                                marked.composes(),
                                false,
                                marked.marks(),
                                Optional.of(new MarkedWords(mark.charAt(0), false)))
                        : split(marked));
    }

    /** Whether the library leaves the spaces on either side out of the tokens' positions. */
    private static boolean trimsPlaces(JsonNode processor) {
        boolean trims = Set.of("ByteLevel", "RobertaProcessing")
                .contains(processor.path("type").asString(""));
        return (trims && processor.path("trim_offsets").asBoolean(true))
                || processor.path("processors").valueStream().anyMatch(TokenizerJson::trimsPlaces);
    }

    private JsonNode part(String name) {
        return parts.getOrDefault(name, JSON.nullNode());
    }
}
