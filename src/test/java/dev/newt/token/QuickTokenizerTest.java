package dev.newt.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The quicker way must give what the library gives, whatever the text. {@code -Dnewt.tokenizers=FOLDER,FOLDER} compares other tokenizers,
 * {@code -Dnewt.texts=FILE} the lines of a file.
 */
class QuickTokenizerTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Path BYTE_FALLBACK = Path.of("src/test/resources/tokenizers/byte-fallback");
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    Path scratch;

    static Stream<Path> quickTokenizers() {
        String others = System.getProperty("newt.tokenizers", "");
        return Stream.concat(
                Stream.of(model("llama"), model("llama_tied"), model("qwen2"), model("phi3")),
                Stream.of(others.split(",")).filter(name -> !name.isEmpty()).map(Path::of));
    }

    private static Path model(String name) {
        return name.equals("phi3") ? BYTE_FALLBACK : GOLDEN.resolve(name + "/model");
    }

    @ParameterizedTest
    @MethodSource("quickTokenizers")
    void agreesWithTheLibraryOnRandomTexts(Path model) {
        compare(model, randomTexts(tokensOf(model), 1));
    }

    @ParameterizedTest
    @MethodSource("quickTokenizers")
    void agreesWithTheLibraryOnEveryCharacter(Path model) {
        List<String> texts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            boolean inUse = Character.getType(c) != Character.UNASSIGNED && !(c >= 0xd800 && c < 0xe000);
            boolean oneOfMany = (c > 0x3400 && c < 0x4d00)
                    || (c > 0x4e00 && c < 0xa000)
                    || (c > 0xac00 && c < 0xd700)
                    || c > 0x10000;
            if (inUse && (!oneOfMany || c % 64 == 0)) {
                text.append("a")
                        .appendCodePoint(c)
                        .append("'")
                        .appendCodePoint(c)
                        .append("1 ")
                        .appendCodePoint(c);
            }
            if (text.length() > 200) {
                texts.add(text.toString());
                text.setLength(0);
            }
        }
        compare(model, texts);
    }

    @ParameterizedTest
    @MethodSource("quickTokenizers")
    void agreesWithTheLibraryOnRealTexts(Path model) throws IOException {
        List<String> texts = new ArrayList<>();
        for (String file : List.of("README.md", "docs/data.md", "docs/configuration.md", "pom.xml")) {
            texts.addAll(Files.readAllLines(Path.of(file)));
            texts.add(Files.readString(Path.of(file)));
        }
        String own = System.getProperty("newt.texts", "");
        if (!own.isEmpty()) {
            texts.addAll(Files.readAllLines(Path.of(own)));
        }
        compare(model, texts);
    }

    static Stream<Map.Entry<String, String>> otherSteps() {
        String bytes = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}";
        return Stream.of(
                Map.entry(
                        "llama_tied",
                        "{\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":["
                                + "{\"type\":\"Digits\",\"individual_digits\":true}," + bytes + "]}}"),
                Map.entry("llama_tied", "{\"post_processor\":" + bytes + "}"),
                Map.entry(
                        "llama_tied",
                        "{\"added_tokens\":[" + added("<x>", 7, true, "") + ","
                                + added("<x>y", 8, false, "\"rstrip\":true,") + ","
                                + added("\u00e9t", 9, true, "\"lstrip\":true,")
                                + "]}"),
                Map.entry(
                        "qwen2",
                        "{\"added_tokens\":[" + added("  ", 7, true, "") + "," + added("   ", 8, true, "") + "]}"),
                Map.entry(
                        "phi3",
                        "{\"added_tokens\":[" + added("<s>", 1, true, "") + ","
                                + added("</s>", 2, false, "\"rstrip\":true,") + "]}"),
                Map.entry("phi3", "{\"normalizer\":null,\"pre_tokenizer\":" + metaspace("first", false) + "}"),
                Map.entry("phi3", "{\"normalizer\":null,\"pre_tokenizer\":" + metaspace("always", true) + "}"),
                Map.entry("phi3", "{\"normalizer\":null,\"pre_tokenizer\":" + metaspace("first", true) + "}"),
                Map.entry("phi3", "{\"normalizer\":null,\"pre_tokenizer\":" + metaspace("never", false) + "}"),
                Map.entry(
                        "phi3",
                        "{\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\u2581\"}}"),
                Map.entry(
                        "phi3",
                        "{\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\u2581\"},"
                                + "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},"
                                + "\"behavior\":\"MergedWithPrevious\",\"invert\":false}}"));
    }

    @ParameterizedTest
    @MethodSource("otherSteps")
    void agreesWithTheLibraryWhateverTheSteps(Map.Entry<String, String> change) throws IOException {
        Path model = changed(change.getKey(), change.getValue());
        compare(model, randomTexts(tokensOf(model), 2));
    }

    static Stream<Map.Entry<String, String>> unknownSteps() {
        return Stream.of(
                Map.entry("qwen2", "{\"normalizer\":{\"type\":\"NFKC\"}}"),
                Map.entry("qwen2", "{\"pre_tokenizer\":{\"type\":\"Whitespace\"}}"),
                Map.entry(
                        "llama_tied",
                        "{\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":true,"
                                + "\"trim_offsets\":true,\"use_regex\":true}}"),
                Map.entry(
                        "llama_tied", "{\"added_tokens\":[" + added("word", 7, true, "\"single_word\":true,") + "]}"));
    }

    @ParameterizedTest
    @MethodSource("unknownSteps")
    void leavesOtherKindsToTheLibrary(Map.Entry<String, String> change) throws IOException {
        Path model = changed(change.getKey(), change.getValue());
        try (Tokenizer tokenizer = Tokenizer.open(model)) {
            int[] before = tokenizer.encode("some words, 123");
            tokenizer.expectManyTexts();

            assertThat(tokenizer.isQuick()).isFalse();
            assertThat(tokenizer.encode("some words, 123")).isEqualTo(before);
        }
    }

    @Test
    void leavesCharactersToTheLibraryThatMayBeNewOrBroken() {
        try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve("qwen2/model"))) {
            tokenizer.expectManyTexts();

            assertThat(tokenizer.quickIds("a\u0378b")).as("unassigned").isEmpty();
            assertThat(tokenizer.quickIds("a\ud800b")).as("half a pair").isEmpty();
            assertThat(tokenizer.quickIds("e\u0301")).as("not composed").isEmpty();
            assertThat(tokenizer.quickIds("\u00e9")).isPresent();
        }
    }

    private static void compare(Path model, List<String> texts) {
        try (Tokenizer library = Tokenizer.open(model);
                Tokenizer quick = Tokenizer.open(model)) {
            quick.expectManyTexts();
            assertThat(quick.isQuick()).as("%s is of a known kind", model).isTrue();
            int certain = 0;
            for (String text : texts) {
                assertThat(quick.encode(text)).as(text).isEqualTo(library.encode(text));
                assertThat(quick.encodeWithSpecialTokens(text))
                        .as(text)
                        .isEqualTo(library.encodeWithSpecialTokens(text));
                TokenizedText expected = library.encodeWithOffsets(text);
                TokenizedText actual = quick.encodeWithOffsets(text);
                assertThat(actual.ids()).as(text).isEqualTo(expected.ids());
                assertThat(actual.starts()).as("starts of %s", text).isEqualTo(expected.starts());
                assertThat(actual.ends()).as("ends of %s", text).isEqualTo(expected.ends());
                certain += quick.quickIds(text).isPresent() ? 1 : 0;
            }
            assertThat(certain).as("texts that the quick way took").isGreaterThan(texts.size() / 3);
        }
    }

    /** Letters, marks, digits, spaces and signs of many scripts, tokens, parts of tokens, contractions. */
    private static List<String> randomTexts(List<String> tokens, long seed) {
        List<String> pieces = new ArrayList<>(List.of(
                " ",
                " ",
                " ",
                "  ",
                "\n",
                "\n\n",
                "\r\n",
                "\t",
                "\u00a0",
                "\u3000",
                "\u2028",
                "\u0085",
                "\u200b",
                "'s",
                "'LL",
                "'\u017f",
                "'re",
                "'V",
                "'",
                "1",
                "12",
                "2024",
                "\u0663",
                "\u2168",
                "\u00bd",
                "!",
                "...",
                "(",
                "-",
                "_",
                "<",
                "|>",
                "{}",
                "\\",
                "a",
                "the",
                "ing",
                "tion",
                "I",
                "WORLD",
                "don't",
                "\u00e9",
                "e\u0301",
                "\u0301",
                "\ufb01",
                "\u00df",
                "\u0130",
                "\u4e2d\u6587",
                "\u65e5\u672c",
                "\ud55c\uad6d",
                "\u0639\u0631",
                "\u0939\u093f",
                "\u0e17\u0e35\u0e48",
                "\ud83c\udf89",
                "\ud83d\udc4b\ud83c\udffd",
                "\ud835\udd38",
                "\ufeff",
                "\u2581",
                "\u2581\u2581",
                "\u0120",
                "\u0000",
                "\u007f",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
        pieces.addAll(tokens);
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            StringBuilder text = new StringBuilder();
            int count = 1 + random.nextInt(i % 50 == 0 ? 300 : 20);
            for (int k = 0; k < count; k++) {
                if (random.nextInt(3) == 0) {
                    text.append((char) (' ' + random.nextInt(95)));
                } else {
                    text.append(pieces.get(random.nextInt(pieces.size())));
                }
            }
            texts.add(text.toString());
        }
        return texts;
    }

    private static List<String> tokensOf(Path model) {
        ObjectNode json =
                (ObjectNode) JSON.readTree(model.resolve("tokenizer.json").toFile());
        List<String> tokens = new ArrayList<>();
        json.path("added_tokens")
                .valueStream()
                .map(token -> token.path("content").asString())
                .forEach(tokens::add);
        tokens.addAll(tokens.stream()
                .map(token -> token.substring(0, token.length() / 2))
                .toList());
        return tokens;
    }

    private Path changed(String model, String change) throws IOException {
        ObjectNode json = (ObjectNode)
                JSON.readTree(model(model).resolve("tokenizer.json").toFile());
        ObjectNode changes = (ObjectNode) JSON.readTree(change);
        ArrayNode tokens = (ArrayNode) json.get("added_tokens");
        changes.path("added_tokens").forEach(token -> {
            tokens.removeIf(own -> own.path("id").asInt() == token.path("id").asInt());
            ObjectNode vocabulary = (ObjectNode) json.path("model").path("vocab");
            vocabulary.properties().stream()
                    .filter(entry ->
                            entry.getValue().asInt() == token.path("id").asInt())
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(vocabulary::remove);
            vocabulary.set(token.path("content").asString(), token.path("id"));
            tokens.add(token);
        });
        changes.remove("added_tokens");
        json.setAll(changes);
        Files.writeString(scratch.resolve("tokenizer.json"), json.toString());
        return scratch;
    }

    private static String added(String content, int id, boolean normalized, String flags) {
        return "{\"id\":" + id + ",\"content\":\"" + content + "\"," + flags + "\"normalized\":" + normalized
                + ",\"special\":true"
                + (flags.contains("single_word") ? "" : ",\"single_word\":false")
                + (flags.contains("lstrip") ? "" : ",\"lstrip\":false")
                + (flags.contains("rstrip") ? "" : ",\"rstrip\":false") + "}";
    }

    private static String metaspace(String scheme, boolean split) {
        return "{\"type\":\"Metaspace\",\"replacement\":\"\u2581\",\"prepend_scheme\":\"" + scheme + "\",\"split\":"
                + split + "}";
    }
}
