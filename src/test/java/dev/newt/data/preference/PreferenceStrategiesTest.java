package dev.newt.data.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.PreferenceFormat;
import dev.newt.data.dataset.PreferenceKind;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class PreferenceStrategiesTest {
    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.open(Path.of("src/test/resources/golden/chat/chatml"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "default ~ {'question':'Q','chosen_response':'A','rejected_response':'B'}",
                "argilla ~ {'instruction':'Q','chosen':'A','rejected':'B'}",
                "argilla_chat ~ {'chosen':[{'content':'Q'},{'content':'A'}],'rejected':[{'content':'Q'},{'content':'B'}]}",
                "icr ~ {'input':'Q','chosen':'A','rejected':'B'}",
                "intel ~ {'question':'Q','chosen':'A','rejected':'B'}",
                "prompt_pairs ~ {'prompt':'Q','chosen':'A','rejected':'B'}",
                "ultra ~ {'prompt':'Q','chosen':[{'content':'Q'},{'content':'A'}],'rejected':[{'content':'Q'},{'content':'B'}]}",
            })
    void pairsAreWrittenInBothFormats(String type, String json) {
        assertThat(pair("chatml." + type, json))
                .isEqualTo(new PreferencePair(
                        "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n", "A<|im_end|>", "B<|im_end|>"));
        assertThat(pair("llama3." + type, json))
                .isEqualTo(new PreferencePair(
                        "<|start_header_id|>user<|end_header_id|>\n\nQ<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
                        "A<|eot_id|>",
                        "B<|eot_id|>"));
    }

    @Test
    void aSystemTextStandsBeforeTheQuestion() {
        assertThat(pair("chatml.icr", "{'system':'S','input':'Q','chosen':'A','rejected':'B'}")
                        .prompt())
                .isEqualTo("<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "argilla ~ {'instruction':'Q','completion':'A','label':true}",
                "argilla_chat ~ {'completion':[{'content':'Q'},{'content':'A'}],'label':true}",
                "intel ~ {'question':'Q','completion':'A','label':true}",
                "prompt_pairs ~ {'prompt':'Q','completion':'A','label':true}",
                "ultra ~ {'prompt':'Q','completion':'A','label':true}",
            })
    void verdictsAreWrittenInBothFormats(String type, String json) {
        assertThat(example(PreferenceKind.KTO, "chatml." + type, json))
                .isEqualTo(
                        new KtoExample("<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n", "A<|im_end|>", true));
        assertThat(example(PreferenceKind.KTO, "llama3." + type, json.replace("true", "false")))
                .isEqualTo(new KtoExample(
                        "<|start_header_id|>user<|end_header_id|>\n\nQ<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
                        "A<|eot_id|>",
                        false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "chat_template.default ~ {'messages':[{'role':'user','content':'Q'}],'chosen':'A','rejected':'B'}",
                "chat_template.default ~ {'messages':'Q','chosen':{'role':'assistant','content':'A'},'rejected':[{'role':'user','content':'x'},{'role':'assistant','content':'B'}]}",
                "chat_template.argilla_chat ~ {'chosen':[{'role':'user','content':'Q'},{'role':'assistant','content':'A'}],'rejected':[{'role':'user','content':'Q'},{'role':'assistant','content':'B'}]}",
            })
    void theTokenizersTemplateWritesQuestionAndAnswers(String type, String json) {
        assertThat(pair(type, json))
                .isEqualTo(new PreferencePair(
                        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n",
                        "A<|im_end|>",
                        "B<|im_end|>"));
    }

    @Test
    void orpoConversationsMayHaveASystemColumn() {
        assertThat(pair(
                                "orpo.chat_template",
                                "{'system':'S','chosen':[{'role':'user','content':'Q'},{'role':'assistant','content':'A'}],'rejected':[{'role':'user','content':'Q'},{'role':'assistant','content':'B'}]}")
                        .prompt())
                .startsWith("<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ");
    }

    @ParameterizedTest
    @CsvSource({"bradley_terry.chat_template.default,<|im_end|>", "bradley_terry.llama3.icr,<|eot_id|>"})
    void rewardPairsShareTheirQuestion(String type, String end) {
        PreferencePair pair = (PreferencePair)
                example(PreferenceKind.REWARD, type, "{'system':'S','input':'Q','chosen':'A','rejected':'B'}");

        assertThat(pair.prompt()).contains("S" + end).contains("Q" + end);
        assertThat(pair.chosen()).isEqualTo("A" + end);
        assertThat(pair.rejected()).isEqualTo("B" + end);
    }

    @Test
    void ownFormatsReplaceTheFields() {
        PreferenceFormat format = new PreferenceFormat(
                "sys",
                "q",
                "good",
                "bad",
                "text",
                "ok",
                Optional.of("[{system}] {prompt} {{=}}"),
                Optional.of(" {chosen}!"),
                Optional.empty(),
                Optional.of("<{completion}>"));

        assertThat(PreferenceStrategies.of(PreferenceKind.PAIR, format)
                        .example(row("{'sys':'S','q':'{chosen}','good':'A','bad':'B'}")))
                .isEqualTo(new PreferencePair("[S] {chosen} {=}", " A!", "B"));
        assertThat(PreferenceStrategies.of(PreferenceKind.KTO, format).example(row("{'q':'Q','text':'A','ok':0}")))
                .isEqualTo(new KtoExample("[] Q {=}", "<A>", false));
        assertThat(pair("passthrough.default", "{'prompt':'Q','chosen':'A','rejected':'B'}"))
                .isEqualTo(new PreferencePair("Q", "A", "B"));
    }

    @Test
    void ofAPairTheAnswersAreTrainedAndThePromptIsNot() {
        PreferencePair pair = pair("chatml.default", "{'prompt':'Why?','chosen':'Because.','rejected':'No.'}");
        int given = tokenizer.encode(pair.prompt()).length;

        for (Example example : new Example[] {pair.chosenExample(tokenizer), pair.rejectedExample(tokenizer)}) {
            for (int i = 0; i < example.length(); i++) {
                assertThat(example.trained()[i]).isEqualTo(i >= given);
            }
            // The text ends with the end token already.
            assertThat(example.tokenIds()[example.length() - 1])
                    .isEqualTo(tokenizer.eosId().getAsInt());
            assertThat(example.tokenIds()[example.length() - 2])
                    .isNotEqualTo(tokenizer.eosId().getAsInt());
        }
    }

    @Test
    void aStepHasItsVerdictAtItsLastToken() {
        StepwiseExample example = (StepwiseExample) example(
                PreferenceKind.STEPWISE,
                "stepwise_supervised",
                "{'prompt':'2+3*4','completions':['3*4 is 12','2+12 is 15'],'labels':[true,false]}");
        int first = tokenizer.encode("3*4 is 12").length + tokenizer.encode("\n").length;
        int second = tokenizer.encode("2+12 is 15").length + tokenizer.encode("\n").length;

        StepwiseExample.Tokens tokens = example.tokens(tokenizer, "\n", false);
        StepwiseExample.Tokens last = example.tokens(tokenizer, "\n", true);

        int length = tokens.ids().length;
        for (int i = 0; i < length; i++) {
            int expected = i == length - 1 ? 0 : i == length - 1 - second ? 1 : -100;
            assertThat(tokens.labels()[i]).isEqualTo(expected);
            assertThat(last.labels()[i]).isEqualTo(i == length - 1 ? 0 : -100);
        }
        assertThat(length)
                .isEqualTo((tokenizer.bosId().isPresent() ? 1 : 0) + tokenizer.encode("2+3*4").length + first + second);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "PAIR ~ chatml.intel ~ {'prompt':'x'} ~ has no field \"question\"",
                "PAIR ~ chatml.ultra ~ {'prompt':'x','chosen':[{'content':'a'}],'rejected':[]} ~ field \"chosen\" has no message 2",
                "PAIR ~ chat_template.default ~ {'messages':'Q','chosen':[],'rejected':'B'} ~ field \"chosen\" is empty",
                "KTO ~ chatml.intel ~ {'question':'x','completion':'y','label':'yes'} ~ field \"label\" must be true or false",
                "STEPWISE ~ stepwise_supervised ~ {'prompt':'x','completions':['a'],'labels':[]} ~ equally long",
                "STEPWISE ~ stepwise_supervised ~ {'prompt':'x','completions':['a'],'labels':[2]} ~ labels[0] must be true or false",
            })
    void namesTheRowAndWhatIsWrongWithIt(PreferenceKind kind, String type, String json, String message) {
        assertThatThrownBy(() -> example(kind, type, json))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("pairs.jsonl, row 4: ")
                .hasMessageContaining(message);
    }

    @Test
    void anUnknownTypeIsRefusedWithThoseOfItsKind() {
        assertThatThrownBy(() -> example(PreferenceKind.KTO, "chatml.icr", "{}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("chatml.intel")
                .hasMessageNotContaining("chatml.icr,");
    }

    private static PreferencePair pair(String type, String json) {
        return (PreferencePair) example(PreferenceKind.PAIR, type, json);
    }

    private static PreferenceExample example(PreferenceKind kind, String type, String json) {
        return PreferenceStrategies.named(kind, type, PreferenceFormat.defaults(), ChatSettings.defaults(), tokenizer)
                .example(row(json));
    }

    private static Row row(String json) {
        return new Row(
                Path.of("pairs.jsonl"), 4, (ObjectNode) JsonMapper.shared().readTree(json.replace('\'', '"')));
    }
}
