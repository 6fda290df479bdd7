package dev.newt.data.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.DatasetSettings;
import dev.newt.data.Example;
import dev.newt.data.source.Row;
import dev.newt.data.token.Tokenizer;
import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What Axolotl's less common types make of a row: the text that is given, and the text that is learnt. */
class ExchangeTypesTest {
    private static final String BOS = "<|begin_of_text|>";
    private static final String EOS = "<|eot_id|>";
    private static final String ALPACA_INPUT =
            "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.";
    private static final String ALPACA =
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "jeopardy ~ ALPACA_INPUT||### Instruction:|Q||### Input:|C||### Response:| ~ what is A",
                "jeopardy:chat ~ SYSTEM: ALPACA_INPUT|USER: Q|C|ASSISTANT: ~ what is A",
                "oasst ~ ALPACA||### Instruction:|I||### Response:| ~ R",
                "oasst:chatml ~ <#im_start#>system|ALPACA<#im_end#>|<#im_start#>user|I<#im_end#>|<#im_start#>assistant| ~ R",
                "gpteacher ~ ALPACA_INPUT||### Instruction:|i||### Input:|n||### Response:| ~ r",
                "explainchoice ~ Choose the answer that best answers the question. Explain your reasoning.|||### Instruction:|Q||### Input:|- \"x\"|- \"y\"||### Response:| ~ S",
                "concisechoice ~ Choose the answer that best answers the question. Be concise in your response.||USER: Q|- \"x\"|- \"y\"|ASSISTANT: ~ S",
                "summarizetldr ~ USER: Summarize the following article as a TL;DR.|T|ASSISTANT: ~ U",
                "context_qa ~ SYSTEM: Use the following contextual information to concisely answer the question.||USER: T|===|Q|ASSISTANT: ~ A",
                "context_qa.load_v2 ~ Context: X|Question: Q| ~ Answer: A",
                "orcamini ~ ### System:|P||### User:|Q||### Response:| ~ r",
                "metharme ~ p ~ gEOSEOS",
            })
    void eachTypeHasItsText(String type, String prompt, String answer) {
        Example example = one(
                type,
                "{'question':'Q','category':'C','answer':'A','INSTRUCTION':'I','RESPONSE':'R','instruction':'i','input':'n',"
                        + "'response':'r','choices':['x','y'],'solution':'S','explanation':'E','article':'T','summary':'U',"
                        + "'context':'X','system_prompt':'P','prompt':'p','generation':'g'}");

        assertThat(part(example, false))
                .isEqualTo(BOS
                        + prompt.replace("ALPACA_INPUT", ALPACA_INPUT)
                                .replace("ALPACA", ALPACA)
                                .replace('|', '\n')
                                .replace('#', prompt.contains("im_start") ? '|' : '#'));
        assertThat(part(example, true)).isEqualTo(answer.replace("EOS", EOS) + EOS);
    }

    @Test
    void aQuestionWithoutAnswerIsLearntToBeRefused() {
        Example example = one("context_qa.load_404", "{'article':'T','unanswerable_question':'Q'}");

        assertThat(part(example, false)).endsWith("USER: T\n===\nQ\nASSISTANT:");
        assertThat(part(example, true))
                .contains("unable to answer your question")
                .endsWith(EOS);
    }

    @Test
    void theRevisionOfACreativeAnswerIsLearnt() {
        Example example = one("creative_acr.load_answer", "{'instruction':'Q','answer':'A','revision':'B'}");

        assertThat(part(example, false)).endsWith("ambiguity.\nUSER: Q\nASSISTANT:");
        assertThat(part(example, true)).isEqualTo("B" + EOS);
    }

    @Test
    void theExplanationStandsInForAMissingSolution() {
        assertThat(part(one("explainchoice", "{'question':'Q','choices':['x'],'explanation':'E'}"), true))
                .isEqualTo("E" + EOS);
    }

    @Test
    void pygmalionLearnsWhatTheBotSays() {
        Example example = one(
                "pygmalion",
                "{'conversations':[{'role':'system','value':' Kind. |<START>'},{'role':'human','value':'Hi '},"
                        + "{'role':'bot','value':'Hello there'},{'role':'human','value':'Bye'},{'role':'bot','value':'Bye'}]}");

        assertThat(tokenizer.decode(example.tokenIds(), false))
                .isEqualTo(BOS + "<|system|>Persona: Kind.<|user|> Hi<|model|> Hello there" + EOS
                        + "<|user|> Bye<|model|> Bye" + EOS);
        assertThat(part(example, true)).isEqualTo(" Hello there" + EOS + " Bye" + EOS);
    }

    @Test
    void llama2ChatLearnsEveryAnswerWithItsEnd() {
        Example example = one(
                "llama2_chat",
                "{'conversations':[{'from':'system','value':'S'},{'from':'human','value':'Q'},{'from':'gpt','value':'A'},"
                        + "{'from':'human','value':'R'},{'from':'gpt','value':'B'}]}");

        assertThat(tokenizer.decode(example.tokenIds(), false))
                .isEqualTo("<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nQ [/INST] A </s><s>[INST] R [/INST] B </s>");
        assertThat(part(example, true)).isEqualTo(" A </s> B </s>");
    }

    @Test
    void pretrainCutsADocumentIntoWindowsThatOverlap() {
        String text = "The weather in Paris is mild. ".repeat(20);
        DatasetSettings dataset = DatasetSettings.of("unused", "pretrain");
        List<Example> windows =
                PromptStrategies.of(dataset, tokenizer, false, 32).examples(row("{'text':'" + text + "'}"));
        int[] body = tokenizer.encode(text);

        // 31 tokens with the beginning, 15 of them again in the next; then the end token.
        int start = 0;
        for (Example window : windows) {
            int[] ids = window.tokenIds();
            assertThat(ids[0]).isEqualTo(tokenizer.bosId().getAsInt());
            assertThat(ids[ids.length - 1]).isEqualTo(tokenizer.eosId().getAsInt());
            assertThat(window.length()).isLessThanOrEqualTo(32);
            assertThat(java.util.Arrays.copyOfRange(ids, 1, ids.length - 1))
                    .isEqualTo(java.util.Arrays.copyOfRange(body, start, start + ids.length - 2));
            assertThat(window.trainedTokens()).isEqualTo(ids.length - 1);
            start += ids.length - 2 - 15;
        }
        assertThat(start + 15).isEqualTo(body.length);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "concisechoice ~ {'question':'Q','choices':'x','solution':'y'} ~ field \"choices\" must be a list",
                "pygmalion ~ {'conversations':[{'role':'user','value':'x'}]} ~ turn 1 has the role \"user\"",
                "pygmalion ~ {'conversations':[{'role':'bot'}]} ~ turn 1 has no text",
                "llama2_chat ~ {'conversations':[{'from':'human','value':'x'}]} ~ does not begin with a turn from \"system\"",
                "llama2_chat ~ {'conversations':[{'from':'system','value':'x'},{'from':'human','value':'x'}]} ~ has 1 turns behind",
                "metharme ~ {'prompt':'x'} ~ has no field \"generation\"",
            })
    void namesTheRowAndWhatIsWrongWithIt(String type, String json, String message) {
        assertThatThrownBy(() -> one(type, json))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("data.jsonl, row 7: ")
                .hasMessageContaining(message);
    }

    @Test
    void aTypeThatStandsForAPageOfTextIsRefusedWithTheWayRound() {
        assertThatThrownBy(() -> one("reflection", "{}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("input_output");
    }

    private static Example one(String type, String json) {
        return PromptStrategies.of(DatasetSettings.of("unused", type), tokenizer, false, 512)
                .examples(row(json))
                .get(0);
    }

    private static Row row(String json) {
        return new Row(Path.of("data.jsonl"), 7, (ObjectNode)
                JsonMapper.shared().readTree(json.replace('\'', '"').replace("|", "\\n")));
    }

    private static String part(Example example, boolean trained) {
        return tokenizer.decode(
                IntStream.range(0, example.length())
                        .filter(i -> example.trained()[i] == trained)
                        .map(i -> example.tokenIds()[i])
                        .toArray(),
                false);
    }
}
