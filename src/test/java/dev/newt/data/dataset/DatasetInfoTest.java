package dev.newt.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.prompt.PromptStrategies;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import dev.newt.rows.Split;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
                 "few": {"file_name": "few.json", "columns": {"prompt": "q", "response": "a"}},
                 "text": {"file_name": "text.jsonl", "columns": {"prompt": "text", "response": null}},
                 "pairs": {"file_name": "pairs.json", "ranking": true, "columns": {"prompt": "q", "chosen": "c", "rejected": "r"}},
                 "unnamed_pairs": {"file_name": "pairs.json", "ranking": true},
                 "verdicts": {"file_name": "plain.json", "columns": {"prompt": "q", "response": "a", "kto_tag": "label"}},
                 "unnamed_verdicts": {"file_name": "plain.json", "columns": {"prompt": "q", "kto_tag": "label"}},
                 "unnamed_talk": {"file_name": "talk.json", "formatting": "sharegpt", "columns": {"tools": "tools"}},
                 "both": {"hf_hub_url": "someone/rows", "ms_hub_url": "other/rows", "file_name": "here.json",
                          "subset": "en", "split": "train_sft[:50%]", "num_samples": 10},
                 "inside": {"hf_hub_url": "someone/rows", "folder": "python"},
                 "elsewhere": {"ms_hub_url": "other/rows", "file_name": "here.json"},
                 "script": {"script_url": "rows", "file_name": "here.json"},
                 "cloud": {"cloud_file_name": "s3://bucket/rows.jsonl", "file_name": "here.json"},
                 "other_cloud": {"cloud_file_name": "gs://bucket/rows.jsonl"},
                 "rank": {"file_name": "p.json", "ranking": "yes"},
                 "none": {"file_name": "p.json", "num_samples": 0},
                 "cut": {"file_name": "p.json", "split": "train[5"},
                 "openai": {"file_name": "p.json", "formatting": "openai"},
                 "pictures": {"file_name": "p.json", "columns": {"images": "image"}},
                 "odd": {"file_name": "o.json", "formatting": "csv"},
                 "part": {"file_name": "plain.json", "split": "train", "subset": "small"},
                 "nowhere": {}}
                """);
    }

    @Test
    void anInstructionHasTheDefaultsOfLlamaFactory() {
        Example example = example("plain", chatml, "{'instruction':'Add.','input':'1 and 2','output':'3'}");

        assertThat(text(example, chatml))
                .endsWith("<|im_start|>user\nAdd.\n1 and 2<|im_end|>\n<|im_start|>assistant\n3<|im_end|>\n");
        assertThat(trained(example, chatml)).isEqualTo("3<|im_end|>");
    }

    @Test
    void theHistoryIsTrainedTooAndTheSystemTextStandsFirst() {
        Example example = example("own", chatml, "{'sys':'S','past':[['a','b']],'q':'c','a':'d'}");

        assertThat(text(example, chatml))
                .isEqualTo(
                        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n"
                                + "<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\nd<|im_end|>\n");
        assertThat(trained(example, chatml)).isEqualTo("b<|im_end|>d<|im_end|>");
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
        assertThat(trained(own, chatml)).isEqualTo("b<|im_end|>");
    }

    @Test
    void callsOfToolsAreTrainedAndWhatTheToolsSayIsNot() {
        Example example = example(
                "talk",
                hermes,
                "{'tools':'[{\\\\'type\\\\':\\\\'function\\\\',\\\\'function\\\\':{\\\\'name\\\\':\\\\'f\\\\',\\\\'description\\\\':\\\\'d\\\\',\\\\'parameters\\\\':{}}}]',"
                        + "'messages':[{'role':'user','content':'a'},{'role':'function_call','content':'{\\\\'name\\\\':\\\\'f\\\\',\\\\'arguments\\\\':{\\\\'x\\\\':1}}'},"
                        + "{'role':'observation','content':'seen'},{'role':'assistant','content':'b'}]}");

        assertThat(trained(example, hermes))
                .contains("\"name\": \"f\"")
                .contains("b")
                .doesNotContain("seen");
        assertThat(text(example, hermes)).contains("seen").contains("\"description\": \"d\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "pictures ~ has images",
                "odd ~ formatting is csv",
                "part ~ has subset, which chooses in a repository, but names no hf_hub_url",
                "unnamed_pairs ~ its columns do not name chosen",
                "unnamed_verdicts ~ its columns do not name response",
                "unnamed_talk ~ its columns do not name messages",
                "elsewhere ~ has ms_hub_url: ModelScope's hub is not read; give hf_hub_url",
                "script ~ has script_url: no code of a data set is run",
                "other_cloud ~ cloud_file_name is gs://bucket/rows.jsonl; it takes one file's address, such as s3://",
                "rank ~ ranking is \"yes\"; it takes true or false",
                "none ~ num_samples is 0; it takes a whole number above 0",
                "cut ~ entry cut: split: \"train[5\" is not understood",
                "openai ~ name the file itself, with type: chat_template",
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
    void columnsThatAreNamedAreAllThatCount() {
        Example example = example("few", chatml, "{'q':'Add.','input':'1 and 2','a':'3'}");

        assertThat(text(example, chatml)).contains("user\nAdd.<|im_end|>").doesNotContain("1 and 2");
    }

    @Test
    void anEntryWithoutAnswersIsRunningText() {
        Example example = example("text", chatml, "{'text':'Once upon a time'}");

        assertThat(text(example, chatml)).isEqualTo("Once upon a time<|im_end|>");
        assertThat(trained(example, chatml)).isEqualTo("Once upon a time<|im_end|>");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "pairs ~ holds ranked answers (ranking: true), which are for rl: dpo",
                "verdicts ~ holds answers with verdicts (kto_tag), for which there is no objective yet",
            })
    void judgedAnswersAreNotForSupervisedTraining(String name, String message) {
        assertThatThrownBy(() -> example(name, chatml, "{'q':'a','a':'b','c':'c','r':'d','label':true}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("entry " + name + ": " + message);
    }

    @Test
    void theHubComesBeforeFilesAndAnEntryMayChooseThere() {
        DatasetInfo both = info("both");

        assertThat(both.path()).isEqualTo("someone/rows");
        assertThat(both.part())
                .isEqualTo(new DatasetInfo.Part(
                        Optional.of("en"),
                        Optional.empty(),
                        Optional.of(Split.parse("train_sft[:50%]")),
                        Optional.of(10)));
        assertThat(info("inside").part().folder()).contains("python");
        assertThat(info("cloud").path()).isEqualTo("s3://bucket/rows.jsonl");
    }

    @Test
    void rowsMustTakeTurns() {
        assertThatThrownBy(() -> example(
                        "default_talk",
                        chatml,
                        "{'conversations':[{'from':'gpt','value':'a'},{'from':'human','value':'b'}]}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        "row 2: message 1 is from \"gpt\", but a message from human or observation is expected");
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

    private static String trained(Example example, Tokenizer tokenizer) {
        return tokenizer.decode(
                IntStream.range(0, example.length())
                        .filter(i -> example.trained()[i])
                        .map(i -> example.tokenIds()[i])
                        .toArray(),
                false);
    }
}
