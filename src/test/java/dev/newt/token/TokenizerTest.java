package dev.newt.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TokenizerTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final JsonMapper JSON = JsonMapper.shared();

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama_tied", "mistral", "qwen2", "qwen3", "gpt_neox", "mixtral"})
    void givesTheIdsAndTextsOfHuggingFace(String family) throws IOException {
        JsonNode cases = JSON.readTree(Files.readString(GOLDEN.resolve(family).resolve("golden.json")))
                .get("tokenizer");
        assertThat(cases).isNotEmpty();

        try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve(family).resolve("model"))) {
            for (JsonNode expected : cases) {
                String text = expected.get("text").asString();
                int[] ids = ints(expected.get("ids"));
                assertThat(tokenizer.encodeWithSpecialTokens(text)).as(text).isEqualTo(ids);
                assertThat(tokenizer.encode(text)).as(text).isEqualTo(ints(expected.get("ids_no_special")));
                int[] plain = tokenizer.encode(text);
                assertThat(tokenizer.decode(plain, false))
                        .isEqualTo(expected.get("decoded").asString());
                assertThat(tokenizer.decode(plain, true))
                        .isEqualTo(expected.get("decoded_skip_special").asString());
            }
        }
    }

    @Test
    void offsetsCountUtf16Characters() {
        try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve("llama/model"))) {
            String text = "🎉 you 👋🏽<|eot_id|>z";
            TokenizedText tokens = tokenizer.encodeWithOffsets(text);

            assertThat(tokens.ids()).isEqualTo(tokenizer.encode(text));
            assertThat(tokens.starts()[0]).isZero();
            assertThat(tokens.ends()[0]).isEqualTo(2);
            int last = tokens.length() - 1;
            assertThat(text.substring(tokens.starts()[last], tokens.ends()[last]))
                    .isEqualTo("z");
            assertThat(text.substring(tokens.starts()[last - 1], tokens.ends()[last - 1]))
                    .isEqualTo("<|eot_id|>");
        }
    }

    @Test
    void neverTruncatesOrPads() {
        try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve("llama/model"))) {
            assertThat(tokenizer.encode("x ".repeat(5000))).hasSizeGreaterThan(5000);
            assertThat(tokenizer.encode("")).isEmpty();
        }
    }

    @Test
    void knowsTheSpecialTokens() {
        try (Tokenizer tokenizer = Tokenizer.open(Path.of("examples/models/newt-tiny"))) {
            assertThat(tokenizer.padId()).hasValue(0);
            assertThat(tokenizer.bosId()).hasValue(1);
            assertThat(tokenizer.eosId()).hasValue(2);
            assertThat(tokenizer.idOf("<|assistant|>")).hasValue(5);
            assertThat(tokenizer.idOf("<|nobody|>")).isEmpty();
            assertThat(tokenizer.specialTokens()).containsEntry("eos_token", "<|end|>");
            assertThat(tokenizer.chatTemplate())
                    .hasValueSatisfying(t -> assertThat(t).contains("bos_token"));
        }
    }

    @Test
    void aSpecialTokenCanBeReplacedByAnotherOfTheVocabulary() {
        SpecialTokens overrides = new SpecialTokens(
                Optional.empty(), Optional.of("<|im_end|>"), Optional.of("<|endoftext|>"), Optional.empty());
        try (Tokenizer plain = Tokenizer.open(GOLDEN.resolve("llama/model"));
                Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve("llama/model"), overrides)) {
            assertThat(tokenizer.eosId()).hasValue(8);
            assertThat(tokenizer.padId()).hasValue(6);
            assertThat(tokenizer.contentHash())
                    .isNotEqualTo(plain.contentHash())
                    .hasSize(64);
        }
    }

    @Test
    void refusesASpecialTokenOutsideTheVocabulary() {
        SpecialTokens overrides =
                new SpecialTokens(Optional.empty(), Optional.empty(), Optional.of("<|absent|>"), Optional.empty());

        assertThatThrownBy(() -> Tokenizer.open(GOLDEN.resolve("llama/model"), overrides))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("pad_token")
                .hasMessageContaining("<|absent|>");
    }

    @Test
    void addBosAndAddEosOfTheConfigDecide(@TempDir Path directory) throws IOException {
        Files.copy(GOLDEN.resolve("llama/model/tokenizer.json"), directory.resolve("tokenizer.json"));
        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                """
                {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "add_bos_token": true, "add_eos_token": true}""");

        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            int[] body = tokenizer.encode("Hi");
            assertThat(tokenizer.encodeWithSpecialTokens("Hi"))
                    .hasSize(body.length + 2)
                    .startsWith(1)
                    .endsWith(2);
        }
    }

    @Test
    void aFolderWithoutATokenizerIsRefused(@TempDir Path directory) throws IOException {
        assertThatThrownBy(() -> Tokenizer.open(directory))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("tokenizer.json");
        Files.writeString(directory.resolve("tokenizer.json"), "{}");
        assertThatThrownBy(() -> Tokenizer.open(directory))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("tokenizer.json");
    }

    @Test
    void manyThreadsShareOne() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve("qwen2/model"))) {
            int[] expected = tokenizer.encode("The weather in Paris, 23.5 degrees");
            List<Future<Boolean>> results = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                results.add(threads.submit(() -> {
                    boolean same = true;
                    for (int n = 0; n < 300; n++) {
                        same &= java.util.Arrays.equals(
                                expected, tokenizer.encode("The weather in Paris, 23.5 degrees"));
                    }
                    return same;
                }));
            }
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static int[] ints(JsonNode array) {
        int[] ints = new int[array.size()];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = array.get(i).asInt();
        }
        return ints;
    }
}
