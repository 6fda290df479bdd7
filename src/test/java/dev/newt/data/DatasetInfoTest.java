package dev.newt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.prompt.PromptStrategies;
import dev.newt.data.source.Row;
import dev.newt.data.token.Tokenizer;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class DatasetInfoTest {
    private static Tokenizer chatml;
    private static Tokenizer hermes;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        chatml = Tokenizer.open(Path.of("src/test/resources/golden/chat/chatml"));
        hermes = Tokenizer.open(Path.of("src/test/resources/golden/chat/hermes_tools"));
    }

    @AfterAll
    static void close() {
        chatml.close();
        hermes.close();
    }

    @BeforeEach
    void write() throws IOException {
        Files.writeString(
                folder.resolve("dataset_info.json"),
                """
                {"plain": {"file_name": "plain.json"},
                 "own": {"file_name": "own.json", "columns": {"prompt": "q", "query": "ctx", "response": "a", "system": "sys", "history": "past"}},
                 "talk": {"file_name": "talk.json", "formatting": "sharegpt", "columns": {"messages": "messages", "tools": "tools"},
                          "tags": {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}},
                 "default_talk": {"hf_hub_url": "someone/talks", "formatting": "sharegpt"},
                 "pairs": {"file_name": "pairs.json", "ranking": true},
                 "pictures": {"file_name": "p.json", "columns": {"images": "image"}},
                 "odd": {"file_name": "o.json", "formatting": "csv"},
                 "part": {"file_name": "plain.json", "split": "train", "subset": "small"},
                 "some": {"file_name": "plain.json", "num_samples": 10},
                 "verdicts": {"file_name": "plain.json", "columns": {"kto_tag": "label"}},
                 "nowhere": {}}
                """);
    }

    @Test
    void anInstructionHasTheDefaultsOfLlamaFactory() {
        Example example = example("plain", chatml, "{'instruction':'Add.','input':'1 and 2','output':'3'}");

        assertThat(text(example, chatml))
                .endsWith("<|im_start|>user\nAdd.\n1 and 2<|im_end|>\n<|im_start|>assistant\n3<|im_end|>\n");
        assertThat(learnt(example, chatml)).isEqualTo("3<|im_end|>");
    }

    @Test
    void theHistoryIsLearntTooAndTheSystemTextStandsFirst() {
        Example example = example("own", chatml, "{'sys':'S','past':[['a','b']],'q':'c','a':'d'}");

        assertThat(text(example, chatml))
                .isEqualTo(
                        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n"
                                + "<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\nd<|im_end|>\n");
        assertThat(learnt(example, chatml)).isEqualTo("b<|im_end|>d<|im_end|>");
    }

    @Test
    void conversationsMayNameTheirRoles() {
        Example own = example(
                "talk",
                chatml,
                "{'messages':[{'role':'system','content':'S'},{'role':'user','content':'a'},{'role':'assistant','content':'b'}]}");
        Example byDefault = example(
                "default_talk",
                chatml,
                "{'conversations':[{'from':'system','value':'S'},{'from':'human','value':'a'},{'from':'gpt','value':'b'}]}");

        assertThat(own.tokenIds()).isEqualTo(byDefault.tokenIds());
        assertThat(own.trained()).isEqualTo(byDefault.trained());
        assertThat(learnt(own, chatml)).isEqualTo("b<|im_end|>");
    }

    @Test
    void callsOfToolsAreLearntAndWhatTheToolsSayIsNot() {
        Example example = example(
                "talk",
                hermes,
                "{'tools':'[{\\\\'type\\\\':\\\\'function\\\\',\\\\'function\\\\':{\\\\'name\\\\':\\\\'f\\\\',\\\\'description\\\\':\\\\'d\\\\',\\\\'parameters\\\\':{}}}]',"
                        + "'messages':[{'role':'user','content':'a'},{'role':'function_call','content':'{\\\\'name\\\\':\\\\'f\\\\',\\\\'arguments\\\\':{\\\\'x\\\\':1}}'},"
                        + "{'role':'observation','content':'seen'},{'role':'assistant','content':'b'}]}");

        assertThat(learnt(example, hermes))
                .contains("\"name\": \"f\"")
                .contains("b")
                .doesNotContain("seen");
        assertThat(text(example, hermes)).contains("seen").contains("\"description\": \"d\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "pairs ~ holds ranked answers",
                "pictures ~ has images",
                "odd ~ formatting is csv",
                "part ~ has subset, which is not read here; name its files in data_files",
                "some ~ has num_samples, which is not read here; set split",
                "verdicts ~ holds answers with verdicts",
                "nowhere ~ names neither file_name nor hf_hub_url",
                "plane ~ has no entry plane; it has plain, own",
            })
    void namesTheEntryThatCannotBeUsed(String name, String message) {
        assertThatThrownBy(() -> info(name))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("dataset_info.json")
                .hasMessageContaining(message);
    }

    @Test
    void rowsMustTakeTurns() {
        assertThatThrownBy(() -> example(
                        "default_talk",
                        chatml,
                        "{'conversations':[{'from':'gpt','value':'a'},{'from':'human','value':'b'}]}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        "row 2: message 1 is from \"gpt\" where one from human or observation must stand");
        assertThatThrownBy(() -> example("default_talk", chatml, "{'conversations':[{'from':'human','value':'a'}]}"))
                .hasMessageContaining("has 1 messages");
    }

    @Test
    void filesLieBesideTheirDescription() {
        assertThat(info("plain").path()).isEqualTo(folder.resolve("plain.json").toString());
        assertThat(info("default_talk").path()).isEqualTo("someone/talks");
        assertThat(DatasetInfo.find("rows.json", folder::resolve)).isEmpty();
    }

    private DatasetInfo info(String name) {
        return DatasetInfo.find("dataset_info.json#" + name, folder::resolve).orElseThrow();
    }

    private Example example(String name, Tokenizer tokenizer, String json) {
        DatasetSettings dataset = DatasetSettings.of("unused", "alpaca").withInfo(info(name));
        return PromptStrategies.of(dataset, tokenizer, false, 512)
                .examples(new Row(Path.of("rows.json"), 2, (ObjectNode) JsonMapper.shared()
                        .readTree(json.replace("\\\\'", "\\\"").replace('\'', '"'))))
                .get(0);
    }

    private static String text(Example example, Tokenizer tokenizer) {
        return tokenizer.decode(example.tokenIds(), false);
    }

    private static String learnt(Example example, Tokenizer tokenizer) {
        return tokenizer.decode(
                IntStream.range(0, example.length())
                        .filter(i -> example.trained()[i])
                        .map(i -> example.tokenIds()[i])
                        .toArray(),
                false);
    }
}
