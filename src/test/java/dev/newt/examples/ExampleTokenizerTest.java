package dev.newt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tokenizer of examples/models/newt-tiny, as the tokenizers library reads it. */
class ExampleTokenizerTest {
    private static final Path DATA = Path.of("examples/data");
    private static final Path MODEL = Path.of("examples/models/newt-tiny");
    private static final int BEGIN = 1;
    private static final JsonMapper JSON = JsonMapper.shared();

    private static HuggingFaceTokenizer tokenizer;

    @BeforeAll
    static void open() throws IOException {
        tokenizer = HuggingFaceTokenizer.newInstance(MODEL.resolve("tokenizer.json"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Book a table for four at Luigi's on Friday at 7:30 pm under Anna.",
                "{\"intent\":\"order\",\"count\":12,\"address\":\"14 Oak Street\"}",
                "  two  spaces, a\ttab\r\n\nand lines  ",
                "Grüße, naïve café, Ελλάδα, 漢字, 🙂, \u0000\u007f",
            })
    void any_text_survives_the_way_there_and_back(String text) {
        Encoding encoding = tokenizer.encode(text, false, false);

        assertThat(tokenizer.decode(encoding.getIds(), false)).isEqualTo(text);
    }

    @Test
    void text_begins_with_the_begin_token_when_special_tokens_are_added() {
        long[] with = tokenizer.encode("Two teas.", true, false).getIds();
        long[] without = tokenizer.encode("Two teas.", false, false).getIds();

        assertThat(with).hasSize(without.length + 1).startsWith(BEGIN).endsWith(without);
    }

    @Test
    void special_tokens_have_the_first_ids_and_are_never_cut() {
        long[] ids = tokenizer
                .encode("<|pad|><|begin|><|end|><|system|><|user|><|assistant|><|tool|>", false, false)
                .getIds();

        assertThat(ids).containsExactly(0, 1, 2, 3, 4, 5, 6);
    }

    @Test
    void words_and_digits_are_the_same_tokens_after_a_space_and_after_a_quote() {
        assertThat(tokens("at Porto 12")).containsExactly("at", "Ġ", "Porto", "Ġ", "1", "2");
        assertThat(tokens("\"Porto12\"")).containsExactly("\"", "Porto", "1", "2", "\"");
        assertThat(tokens("a pizza \"pizza\"")).containsExactly("a", "Ġ", "pizza", "Ġ", "\"", "pizza", "\"");
    }

    @Test
    void the_task_survives_the_way_there_and_back_in_few_tokens() throws IOException {
        long characters = 0;
        long tokens = 0;
        for (String row : Files.readAllLines(DATA.resolve("orders-test.jsonl"))) {
            for (JsonNode message : JSON.readTree(row).get("messages")) {
                String content = message.get("content").asString();
                long[] ids = tokenizer.encode(content, false, false).getIds();
                assertThat(tokenizer.decode(ids, false)).isEqualTo(content);
                characters += content.length();
                tokens += ids.length;
            }
        }
        assertThat((double) characters / tokens).isGreaterThan(2.0);
    }

    @Test
    void the_model_configuration_names_the_tokenizers_ids() throws IOException {
        JsonNode config = JSON.readTree(Files.readString(MODEL.resolve("config.json")));
        JsonNode file = JSON.readTree(Files.readString(MODEL.resolve("tokenizer.json")));
        JsonNode names = JSON.readTree(Files.readString(MODEL.resolve("tokenizer_config.json")));

        JsonNode vocabulary = file.get("model").get("vocab");
        assertThat(config.get("vocab_size").asInt()).isEqualTo(vocabulary.size());
        for (String kind : List.of("bos", "eos", "pad")) {
            String name = names.get(kind + "_token").asString();
            assertThat(config.get(kind + "_token_id").asInt())
                    .isEqualTo(vocabulary.get(name).asInt());
        }
    }

    private static List<String> tokens(String text) {
        return List.of(tokenizer.encode(text, false, false).getTokens());
    }
}
