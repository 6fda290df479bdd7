package dev.newt.data.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.PromptFormat;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class PromptStrategiesTest {
    private static final String EOS = "<|eot_id|>";
    private static final String BOS = "<|begin_of_text|>";
    private static final String WITH_INPUT =
            "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.";
    private static final String NO_INPUT =
            "Below is an instruction that describes a task. Write a response that appropriately completes the request.";

    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.open(Path.of("src/test/resources/golden/llama/model"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void alpacaMasksThePromptAndLearnsAnswerAndEndToken() {
        Example example = one("alpaca", "{'instruction':'Add.','input':'1 and 2','output':'3'}");

        assertThat(masked(example))
                .isEqualTo(BOS + WITH_INPUT + "\n\n### Instruction:\nAdd.\n\n### Input:\n1 and 2\n\n### Response:\n");
        assertThat(trained(example)).isEqualTo("3" + EOS);
        assertThat(example.tokenIds()).startsWith(9).endsWith(13);
    }

    @Test
    void anEmptyOrMissingInputHasItsOwnFormat() {
        for (String input : List.of("", "'input':'',", "'input':null,")) {
            Example example = one("alpaca", "{'instruction':'Sing.'," + input + "'output':'La'}");

            assertThat(masked(example)).isEqualTo(BOS + NO_INPUT + "\n\n### Instruction:\nSing.\n\n### Response:\n");
            assertThat(trained(example)).isEqualTo("La" + EOS);
        }
    }

    @Test
    void trainOnInputsLearnsThePromptToo() {
        Example example = strategy("alpaca", true)
                .examples(row("{'instruction':'Sing.','output':'La'}"))
                .get(0);

        assertThat(masked(example)).isEmpty();
        assertThat(example.trainedTokens()).isEqualTo(example.length() - 1);
    }

    @Test
    void anAnswerThatEndsWithTheEndTokenGetsNoSecond() {
        Example example = one("alpaca", "{'instruction':'Sing.','output':'La" + EOS + "'}");

        assertThat(trained(example)).isEqualTo("La" + EOS);
    }

    @Test
    void promptAndAnswerAreTokenisedApart() {
        Example example = one("alpaca_instruct.load_no_prompt", "{'instruction':'Sing.','output':'weather'}");

        int[] answer = tokenizer.encode("weather");
        int[] ids = example.tokenIds();
        for (int i = 0; i < answer.length; i++) {
            assertThat(ids[ids.length - 1 - answer.length + i]).isEqualTo(answer[i]);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "alpaca_instruct.load_no_prompt ~ ### Instruction:|I||### Input:|X||### Response:|",
                "alpaca_chat.load_no_prompt ~ USER: I|X|ASSISTANT:",
                "alpaca_w_system.load_instruct ~ ### System:|S||### Instruction:|I||### Input:|X||### Response:|",
                "alpaca_w_system ~ SYSTEM: S|USER: I|X|ASSISTANT:",
                "alpaca_w_system.load_open_orca ~ ### System:|S|### Human:|Q|### Assistant:|",
            })
    void variantsHaveTheirOwnFormats(String type, String expected) {
        Example example = one(
                type,
                "{'instruction':'I','input':'X','output':'O','system':'S','question':'Q','response':'O','system_prompt':'S'}");

        assertThat(masked(example)).isEqualTo(BOS + expected.replace('|', '\n'));
        assertThat(trained(example)).isEqualTo("O" + EOS);
    }

    @Test
    void chatVariantsHaveTheirSystemTexts() {
        String fields = "{'instruction':'I','output':'O','question':'Q','answer':'O','message_1':'M','message_2':'O'}";

        assertThat(masked(one("alpaca_chat", fields))).isEqualTo(BOS + "SYSTEM: " + NO_INPUT + "\nUSER: I\nASSISTANT:");
        assertThat(masked(one("alpaca_chat.load_qa", fields)))
                .contains("appropriately and concisely completes the request.\n\n\nUSER: Q\nASSISTANT:");
        assertThat(masked(one("alpaca_chat.load_camel_ai", fields))).endsWith("USER: M\nASSISTANT:");
        assertThat(masked(one("alpaca_chat.load_concise", fields)))
                .contains("concisely")
                .endsWith("USER: I\nASSISTANT:");
        assertThat(masked(one("alpaca:chatml", fields)))
                .isEqualTo(BOS + "<|im_start|>system\n" + NO_INPUT
                        + "<|im_end|>\n<|im_start|>user\nI<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void ownFormatsReplaceTheFields() {
        PromptFormat format = new PromptFormat(
                "Be brief.",
                "<<{system}>>\n",
                Optional.empty(),
                "q",
                "ctx",
                "a",
                "{input} | {instruction} {{x}} =",
                Optional.of("{instruction} ="));

        Example with = one(format, "{'q':'{input}?','ctx':'C','a':'A'}");
        Example without = one(format, "{'q':'Q','a':'A'}");

        assertThat(masked(with)).isEqualTo(BOS + "<<Be brief.>>\nC | {input}? {x} =");
        assertThat(masked(without)).isEqualTo(BOS + "<<Be brief.>>\nQ =");
        assertThat(trained(with)).isEqualTo("A" + EOS);
    }

    @Test
    void aSystemColumnReplacesTheSystemPrompt() {
        PromptFormat format = new PromptFormat(
                "unused", "[{system}] ", Optional.of("sys"), "q", "ctx", "a", "{instruction}:", Optional.empty());

        assertThat(masked(one(format, "{'q':'Q','a':'A','sys':'S'}"))).isEqualTo(BOS + "[S] Q:");
        assertThat(masked(one(format, "{'q':'Q','a':'A'}"))).isEqualTo(BOS + "Q:");
    }

    @Test
    void completionLearnsTheDocumentAndCutsItWithoutOverlap() {
        String text = "The weather in Paris. ".repeat(12);
        DatasetSettings dataset = DatasetSettings.of("unused", "completion");
        List<Example> pieces =
                PromptStrategies.of(dataset, tokenizer, false, 32).examples(row("{'text':'" + text + "'}"));

        StringBuilder all = new StringBuilder();
        for (Example piece : pieces) {
            assertThat(masked(piece)).isEmpty();
            all.append(trained(piece));
        }
        assertThat(all.toString()).isEqualTo(BOS + text + EOS);
        assertThat(pieces.subList(0, pieces.size() - 1))
                .allSatisfy(piece -> assertThat(piece.length()).isEqualTo(32));
    }

    @Test
    void inputOutputTakesSegmentsAsTheyAre() {
        Example example = one(
                "input_output",
                "{'segments':[{'label':false,'text':'<s>Hi '},{'label':true,'text':'there</s>'},{'label':false,'text':' x'}]}");

        assertThat(trained(example)).isEqualTo("there</s>");
        assertThat(tokenizer.decode(example.tokenIds(), false)).isEqualTo("<s>Hi there</s> x");
    }

    @Test
    void tokensAreTakenAsTheyAre() {
        Example example = one("alpaca", "{'input_ids':[5,6,7,3],'labels':[-100,6,7,-100],'attention_mask':[1,1,1,0]}");

        assertThat(example.tokenIds()).containsExactly(5, 6, 7);
        assertThat(example.trained()).containsExactly(false, true, true);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "alpaca ~ {'instruction':'x'} ~ has no field \"output\"; its fields are instruction",
                "alpaca ~ {'instruction':'x','output':null} ~ field \"output\" is null",
                "alpaca ~ {'instruction':['x'],'output':'y'} ~ field \"instruction\" must be text, but is a list",
                "alpaca_w_system ~ {'instruction':'x','output':'y'} ~ has no field \"system\"",
                "completion ~ {'txt':'x'} ~ has no field \"text\"",
                "input_output ~ {'segments':[{'text':'x'}]} ~ segment 1 must be",
                "input_output ~ {'segments':'x'} ~ must be a list",
                "alpaca ~ {'input_ids':[1,2],'labels':[1],'attention_mask':[1,1]} ~ equally long",
                "alpaca ~ {'input_ids':[1,2],'labels':[1,3],'attention_mask':[1,1]} ~ labels[1] is 3",
                "alpaca ~ {'input_ids':[1,'a'],'labels':[1,3],'attention_mask':[1,1]} ~ whole numbers",
            })
    void namesTheRowAndTheFieldThatIsWrong(String type, String json, String message) {
        assertThatThrownBy(() -> one(type, json))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("data.jsonl, row 7: ")
                .hasMessageContaining(message);
    }

    @Test
    void listsTheTypesWhenOneIsUnknown() {
        assertThatThrownBy(() -> strategy("alpacca", false))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("\"alpacca\"")
                .hasMessageContaining("alpaca_w_system.load_chat");
    }

    private static PromptStrategy strategy(String type, boolean trainOnInputs) {
        return PromptStrategies.of(DatasetSettings.of("unused", type), tokenizer, trainOnInputs, 512);
    }

    private static Example one(String type, String json) {
        return strategy(type, false).examples(row(json)).get(0);
    }

    private static Example one(PromptFormat format, String json) {
        DatasetSettings dataset = new DatasetSettings(
                DatasetSettings.of("unused", "").request(),
                Optional.empty(),
                Optional.of(format),
                "text",
                ChatSettings.defaults(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return PromptStrategies.of(dataset, tokenizer, false, 512)
                .examples(row(json))
                .get(0);
    }

    private static Row row(String json) {
        return new Row(Path.of("data.jsonl"), 7, (ObjectNode)
                JsonMapper.shared().readTree(json.replace('\'', '"').replace("\n", "\\n")));
    }

    private static String trained(Example example) {
        return part(example, true);
    }

    private static String masked(Example example) {
        return part(example, false);
    }

    private static String part(Example example, boolean trained) {
        int[] ids = java.util.stream.IntStream.range(0, example.length())
                .filter(i -> example.trained()[i] == trained)
                .map(i -> example.tokenIds()[i])
                .toArray();
        return tokenizer.decode(ids, false);
    }
}
