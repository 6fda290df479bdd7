package dev.newt.data.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.DatasetInfo;
import dev.newt.data.dataset.PreferenceKind;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** LLaMA-Factory's entries with ranked answers and with verdicts, in both formattings. */
class LlamaFactoryPreferenceTest {
    private static final String HEADER = "<|im_start|>assistant\n";

    private static Tokenizer chatml;
    private static Tokenizer hermes;

    @TempDir
    static Path folder;

    @BeforeAll
    static void write() throws IOException {
        chatml = Tokenizer.open(Path.of("src/test/resources/golden/chat/chatml"));
        hermes = Tokenizer.open(Path.of("src/test/resources/golden/chat/hermes_tools"));
        Files.writeString(
                folder.resolve("dataset_info.json"),
                """
                {"pairs": {"file_name": "rows.json", "ranking": true,
                   "columns": {"prompt": "instruction", "query": "input", "chosen": "good", "rejected": "bad",
                               "system": "system", "history": "past"}},
                 "talk": {"file_name": "rows.json", "ranking": true, "formatting": "sharegpt",
                   "columns": {"messages": "conversations", "chosen": "chosen", "rejected": "rejected", "tools": "tools"}},
                 "verdicts": {"file_name": "rows.json",
                   "columns": {"prompt": "instruction", "response": "output", "kto_tag": "ok"}},
                 "judged_talk": {"file_name": "rows.json", "formatting": "sharegpt",
                   "columns": {"messages": "messages", "kto_tag": "label"},
                   "tags": {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}},
                 "plain": {"file_name": "rows.json"}}
                """);
    }

    @AfterAll
    static void close() {
        chatml.close();
        hermes.close();
    }

    @Test
    void instructionsHaveTheirTwoAnswersAsTexts() {
        assertThat(example(
                        PreferenceKind.PAIR,
                        "pairs",
                        chatml,
                        "{'system':'S','past':[['a','b']],'instruction':'Q','input':'I','good':'A','bad':'B'}"))
                .isEqualTo(new PreferencePair(
                        turn("system", "S")
                                + turn("user", "a")
                                + turn("assistant", "b")
                                + turn("user", "Q\nI")
                                + HEADER,
                        "A<|im_end|>",
                        "B<|im_end|>"));
    }

    @Test
    void conversationsHaveTheirTwoAnswersAsMessages() {
        String row = "{'conversations':[{'from':'system','value':'S'},{'from':'human','value':'a'},"
                + "{'from':'gpt','value':'b'},{'from':'human','value':'Q'}],"
                + "'chosen':{'from':'gpt','value':'A'},'rejected':{'from':'gpt','value':'B'}}";
        PreferencePair expected = new PreferencePair(
                turn("system", "S") + turn("user", "a") + turn("assistant", "b") + turn("user", "Q") + HEADER,
                "A<|im_end|>",
                "B<|im_end|>");

        assertThat(example(PreferenceKind.PAIR, "talk", chatml, row)).isEqualTo(expected);
        // Reward models learn from the same rows.
        assertThat(example(PreferenceKind.REWARD, "talk", chatml, row)).isEqualTo(expected);
    }

    @Test
    void aVerdictBelongsToTheAnswerOfAnInstruction() {
        KtoExample good = (KtoExample)
                example(PreferenceKind.KTO, "verdicts", chatml, "{'instruction':'Q','output':'A','ok':true}");

        assertThat(good.prompt()).endsWith(turn("user", "Q") + HEADER);
        assertThat(good.completion()).isEqualTo("A<|im_end|>");
        assertThat(good.desirable()).isTrue();
        assertThat(((KtoExample) example(
                                PreferenceKind.KTO, "verdicts", chatml, "{'instruction':'Q','output':'A','ok':false}"))
                        .desirable())
                .isFalse();
    }

    @Test
    void aVerdictBelongsToTheLastAnswerOfAConversation() {
        assertThat(example(
                        PreferenceKind.KTO,
                        "judged_talk",
                        chatml,
                        "{'messages':[{'role':'system','content':'S'},{'role':'user','content':'a'},{'role':'assistant','content':'b'},"
                                + "{'role':'user','content':'Q'},{'role':'assistant','content':'A'}],'label':false}"))
                .isEqualTo(new KtoExample(
                        turn("system", "S") + turn("user", "a") + turn("assistant", "b") + turn("user", "Q") + HEADER,
                        "A<|im_end|>",
                        false));
    }

    @Test
    void anAnswerMayCallATool() {
        PreferencePair pair = (PreferencePair) example(
                PreferenceKind.PAIR,
                "talk",
                hermes,
                "{'conversations':[{'from':'human','value':'Q'}],"
                        + "'tools':'[{\\'type\\':\\'function\\',\\'function\\':{\\'name\\':\\'f\\',\\'description\\':\\'d\\',\\'parameters\\':{}}}]',"
                        + "'chosen':{'from':'function_call','value':'{\\'name\\':\\'f\\',\\'arguments\\':{\\'x\\':1}}'},"
                        + "'rejected':{'from':'gpt','value':'B'}}");

        assertThat(pair.prompt()).contains("\"description\": \"d\"").endsWith(HEADER);
        assertThat(pair.chosen())
                .startsWith("<tool_call>")
                .contains("\"name\": \"f\"")
                .endsWith("<|im_end|>");
        assertThat(pair.rejected()).isEqualTo("B<|im_end|>");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "PAIR ~ pairs ~ {'instruction':'Q','good':'A'} ~ has no field \"bad\"",
                "PAIR ~ talk ~ {'conversations':[{'from':'human','value':'Q'},{'from':'gpt','value':'A'}]} ~ has 2 messages besides the system message",
                "PAIR ~ talk ~ {'conversations':[{'from':'human','value':'Q'}],'chosen':'A','rejected':'B'} ~ field \"chosen\" must be one message, but is text",
                "PAIR ~ talk ~ {'conversations':[{'from':'human','value':'Q'}],'chosen':{'from':'human','value':'A'}} ~ field \"chosen\" is from \"human\", but a message from gpt or function_call is expected",
                "KTO ~ verdicts ~ {'instruction':'Q','output':'A'} ~ has no field \"ok\"",
                "KTO ~ verdicts ~ {'instruction':'Q','output':'A','ok':'yes'} ~ field \"ok\" must be true or false",
                "KTO ~ judged_talk ~ {'messages':[{'role':'user','content':'Q'}],'label':true} ~ has 1 messages",
            })
    void namesTheRowAndWhatIsWrongWithIt(PreferenceKind kind, String entry, String json, String message) {
        assertThatThrownBy(() -> example(kind, entry, chatml, json))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("rows.json, row 3: ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "PAIR, plain, 'needs ranking: true'",
        "REWARD, verdicts, 'needs ranking: true'",
        "KTO, pairs, needs the column kto_tag",
        "STEPWISE, pairs, cannot hold steps",
    })
    void anEntryOfAnotherKindIsRefused(PreferenceKind kind, String entry, String message) {
        assertThatThrownBy(() -> example(kind, entry, chatml, "{}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("dataset_info.json, entry " + entry + ": " + message);
    }

    private static PreferenceExample example(PreferenceKind kind, String entry, Tokenizer tokenizer, String json) {
        DatasetInfo info =
                DatasetInfo.find("dataset_info.json#" + entry, folder::resolve).orElseThrow();
        return PreferenceStrategies.of(kind, info, ChatSettings.defaults(), tokenizer)
                .example(new Row(Path.of("rows.json"), 3, (ObjectNode)
                        JsonMapper.shared().readTree(json.replace("\\'", "\\\"").replace('\'', '"'))));
    }

    private static String turn(String role, String text) {
        return "<|im_start|>" + role + "\n" + text + "<|im_end|>\n";
    }
}
