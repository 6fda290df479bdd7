package dev.newt.token;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import dev.newt.io.Sha256;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A Hugging Face tokenizer: {@code tokenizer.json} with the names of its special tokens from {@code tokenizer_config.json} and {@code
 * special_tokens_map.json}. Gives the ids that Hugging Face's fast tokenizers give. Thread-safe until closed.
 */
public final class Tokenizer implements AutoCloseable {
    static {
        // The library sends usage reports over the network unless told not to.
        System.setProperty("OPT_OUT_TRACKING", "true");
        // On a machine with CUDA the library would download a CUDA build; tokenising needs no GPU.
        if (System.getenv("RUST_FLAVOR") == null && System.getProperty("RUST_FLAVOR") == null) {
            System.setProperty("RUST_FLAVOR", "cpu");
        }
    }

    /** Letters, digits, punctuation, several kinds of space, characters of two, three and four bytes. */
    private static final String TRIAL = "I'LL say: \"it's 12345!\"  x\n\n \t naïve 日本語 🎉\r\n  end ";

    private final HuggingFaceTokenizer tokenizer;
    private final TokenizerFiles files;
    private final Map<String, String> specialTokens;
    private final OptionalInt bosId;
    private final OptionalInt eosId;
    private final OptionalInt padId;
    private final Optional<Frame> frame;
    private volatile Optional<BpeEncoder> quick = Optional.empty();

    private Tokenizer(HuggingFaceTokenizer tokenizer, TokenizerFiles files, SpecialTokens overrides) {
        this.tokenizer = tokenizer;
        this.files = files;
        this.specialTokens = files.specialTokens(overrides);
        this.bosId = specialId("bos_token");
        this.eosId = specialId("eos_token");
        this.padId = specialId("pad_token");
        this.frame = frame();
    }

    /** The special tokens that the post-processor adds around every text. */
    private record Frame(int[] before, int[] behind) {
        int[] around(int[] body) {
            int[] ids = new int[before.length + body.length + behind.length];
            System.arraycopy(before, 0, ids, 0, before.length);
            System.arraycopy(body, 0, ids, before.length, body.length);
            System.arraycopy(behind, 0, ids, before.length + body.length, behind.length);
            return ids;
        }
    }

    private Optional<Frame> frame() {
        int[] bare = toInts(tokenizer.encode(TRIAL, false, false).getIds());
        int[] framed = toInts(tokenizer.encode(TRIAL, true, false).getIds());
        for (int start = 0; start + bare.length <= framed.length; start++) {
            if (Arrays.equals(framed, start, start + bare.length, bare, 0, bare.length)) {
                return Optional.of(new Frame(
                        Arrays.copyOf(framed, start), Arrays.copyOfRange(framed, start + bare.length, framed.length)));
            }
        }
        return Optional.empty();
    }

    /**
     * Looks whether a model directory has a tokenizer, without opening it.
     *
     * @throws UserException where it has none, or a file that says more about it cannot be read
     */
    public static void requireFiles(Path directory) {
        TokenizerFiles.read(directory);
    }

    /** Opens the tokenizer of a model directory. */
    public static Tokenizer open(Path directory) {
        return open(directory, SpecialTokens.none());
    }

    /** Opens the tokenizer of a model directory, with some special tokens replaced by other tokens of its vocabulary. */
    public static Tokenizer open(Path directory, SpecialTokens overrides) {
        TokenizerFiles files = TokenizerFiles.read(directory);
        HuggingFaceTokenizer library;
        try {
            library = HuggingFaceTokenizer.newInstance(
                    files.tokenizerFile(), Map.of("truncation", "false", "padding", "false"));
        } catch (IOException | RuntimeException e) {
            throw new UserException(files.tokenizerFile() + ": this tokenizer cannot be read: " + e.getMessage(), e);
        }
        try {
            return new Tokenizer(library, files, overrides);
        } catch (RuntimeException e) {
            library.close();
            throw e;
        }
    }

    /**
     * Prepares a faster way to the same ids, if there is one for this kind of tokenizer. It takes about as long as encoding a few thousand texts
     * the usual way.
     */
    public void expectManyTexts() {
        if (quick.isEmpty()) {
            quick = TokenizerJson.encoder(files.tokenizerFile()).filter(this::agrees);
        }
    }

    /** Whether the faster way is available. */
    boolean isQuick() {
        return quick.isPresent();
    }

    /** The ids by the faster way; empty where the library must do it. */
    Optional<int[]> quickIds(String text) {
        return quick.flatMap(encoder -> encoder.ids(text));
    }

    /** Compares both ways on a sample text, so that a library version with other rules is noticed. */
    private boolean agrees(BpeEncoder encoder) {
        String text = TRIAL + String.join(TRIAL, specialTokens.values());
        TokenizedText expected = libraryTokens(text);
        return encoder.ids(text)
                        .filter(ids -> Arrays.equals(ids, expected.ids()))
                        .isPresent()
                && encoder.tokens(text)
                        .map(tokens -> Arrays.equals(tokens.starts(), expected.starts())
                                && Arrays.equals(tokens.ends(), expected.ends()))
                        .orElse(true);
    }

    /** Ids of the text alone; special tokens named in the text itself are recognised. */
    public int[] encode(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        return quick.flatMap(encoder -> encoder.ids(text))
                .orElseGet(() -> toInts(tokenizer.encode(text, false, false).getIds()));
    }

    /** As {@link #encode}, with the position of each token in the text. */
    public TokenizedText encodeWithOffsets(String text) {
        if (text.isEmpty()) {
            return new TokenizedText(new int[0], new int[0], new int[0]);
        }
        return quick.flatMap(encoder -> encoder.tokens(text)).orElseGet(() -> libraryTokens(text));
    }

    private TokenizedText libraryTokens(String text) {
        Encoding encoding = tokenizer.encode(text, false, false);
        int[] ids = toInts(encoding.getIds());
        int[] starts = new int[ids.length];
        int[] ends = new int[ids.length];
        CharSpan[] spans = encoding.getCharTokenSpans();
        // The library counts code points, Java counts UTF-16 characters.
        int[] indexOf = codePointIndices(text);
        for (int i = 0; i < ids.length; i++) {
            if (spans[i] == null) {
                starts[i] = i == 0 ? 0 : ends[i - 1];
                ends[i] = starts[i];
            } else {
                starts[i] = indexOf[spans[i].getStart()];
                ends[i] = indexOf[spans[i].getEnd()];
            }
        }
        return new TokenizedText(ids, starts, ends);
    }

    /**
     * Ids as the model expects a whole text: with the special tokens that the tokenizer adds around it. {@code add_bos_token} and {@code
     * add_eos_token} of tokenizer_config.json decide if they are given, otherwise the post-processor in tokenizer.json does.
     */
    public int[] encodeWithSpecialTokens(String text) {
        Optional<Boolean> addBos = files.flag("add_bos_token");
        Optional<Boolean> addEos = files.flag("add_eos_token");
        if (addBos.isEmpty() && addEos.isEmpty()) {
            return quick.isPresent() && frame.isPresent()
                    ? frame.get().around(encode(text))
                    : toInts(tokenizer.encode(text, true, false).getIds());
        }
        int[] body = encode(text);
        // A missing key has the default of Hugging Face's Llama class: begin token yes, end token no.
        boolean bos = addBos.orElse(true) && bosId.isPresent();
        boolean eos = addEos.orElse(false) && eosId.isPresent();
        int[] ids = new int[body.length + (bos ? 1 : 0) + (eos ? 1 : 0)];
        System.arraycopy(body, 0, ids, bos ? 1 : 0, body.length);
        if (bos) {
            ids[0] = bosId.getAsInt();
        }
        if (eos) {
            ids[ids.length - 1] = eosId.getAsInt();
        }
        return ids;
    }

    /** The text of the ids, not cleaned up: spaces before punctuation are never removed. */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        return ids.length == 0
                ? ""
                : tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), skipSpecialTokens);
    }

    public OptionalInt bosId() {
        return bosId;
    }

    public OptionalInt eosId() {
        return eosId;
    }

    public OptionalInt padId() {
        return padId;
    }

    /** Special tokens by their Hugging Face names ({@code bos_token}, {@code eos_token}, ...), as chat templates see them. */
    public Map<String, String> specialTokens() {
        return specialTokens;
    }

    /** The chat template that comes with the tokenizer. */
    public Optional<String> chatTemplate() {
        return files.chatTemplate();
    }

    /** The number of tokens in the vocabulary, without added tokens. */
    public int vocabularySize() {
        return files.vocabularySize();
    }

    /** The id of a token that the vocabulary holds as a whole, e.g. {@code <|im_end|>}. */
    public OptionalInt idOf(String token) {
        if (token.isEmpty()) {
            return OptionalInt.empty();
        }
        Encoding encoding = tokenizer.encode(token, false, false);
        long[] ids = encoding.getIds();
        return ids.length == 1 && encoding.getTokens()[0].equals(token)
                ? OptionalInt.of(Math.toIntExact(ids[0]))
                : OptionalInt.empty();
    }

    /** A value that changes whenever the same text could get different ids. */
    public String contentHash() {
        return new Sha256()
                .add(files.contentHash())
                .add(specialTokens.toString())
                .hex();
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private OptionalInt specialId(String kind) {
        String name = specialTokens.get(kind);
        if (name == null) {
            return OptionalInt.empty();
        }
        OptionalInt id = idOf(name);
        if (id.isEmpty()) {
            throw new UserException(files.tokenizerFile() + ": " + kind + " is \"" + name
                    + "\", which is not one token of the vocabulary. Choose a token that the tokenizer has.");
        }
        return id;
    }

    private static int[] codePointIndices(String text) {
        int count = text.codePointCount(0, text.length());
        int[] indices = new int[count + 1];
        int at = 0;
        for (int i = 0; i < count; i++) {
            indices[i] = at;
            at += Character.charCount(text.codePointAt(at));
        }
        indices[count] = text.length();
        return indices;
    }

    private static int[] toInts(long[] ids) {
        int[] ints = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ints[i] = (int) ids[i];
        }
        return ints;
    }
}
