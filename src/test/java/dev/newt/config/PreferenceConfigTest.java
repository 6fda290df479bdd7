package dev.newt.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code rl} and its keys take, and what they exclude. */
class PreferenceConfigTest {
    private static final String SMALL =
            """
            base_model: m
            learning_rate: 1e-4
            output_dir: out
            seed: 1
            bf16: false
            micro_batch_size: 2
            """;

    @TempDir
    Path folder;

    private LoadedConfig load(String lines) throws IOException {
        return ConfigFile.load(Files.writeString(folder.resolve("c.yaml"), SMALL + lines), List.of());
    }

    @Test
    void axolotlsExampleOfChatPairsIsRead() throws IOException {
        LoadedConfig loaded = load(
                """
                rl: dpo
                dpo_loss_type: [sigmoid]
                chat_template: llama3
                datasets:
                  - path: rows.jsonl
                    type: chat_template.default
                    field_messages: conversation
                    field_chosen: chosen
                    field_rejected: rejected
                    message_field_role: role
                    message_field_content: content
                    roles: {system: [system], user: [user], assistant: [assistant]}
                """);

        assertThat(loaded.config().preference().rl()).contains(RlName.DPO);
        assertThat(loaded.config().preference().rlBeta()).isEmpty();
    }

    @Test
    void theOldSpellingOfBetaIsRead() throws IOException {
        assertThat(load("rl: dpo\ndpo_beta: 0.3\ndatasets: [{path: r.jsonl}]\n")
                        .config()
                        .preference()
                        .rlBeta())
                .contains(0.3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            rl: kto | c.yaml:7:5: | rl is kto; that is not supported yet; it takes dpo
            rl: dpoo | c.yaml:7:5: | rl is dpoo; did you mean dpo?
            rl: dpo\\nrl_beta: 0 | c.yaml:8:10: | rl_beta is 0; it must be more than 0
            rl_beta: 0.2 | c.yaml:7:10: | rl_beta belongs to rl: dpo; add that, or remove rl_beta
            rl: dpo\\ndpo_loss_type: [ipo] | c.yaml:8:1: | dpo_loss_type is not supported yet; the one objective on preferences is rl: dpo, with rl_beta; remove this key
            rl: dpo\\ndpo_label_smoothing: 0.1 | c.yaml:8:1: | dpo_label_smoothing is not supported yet
            rl: dpo\\ntrain_on_inputs: true | c.yaml:8:18: | train_on_inputs asks for prompts to be trained, and rl: dpo trains answers alone; leave it out
            rl: dpo\\nreinit_weights: true | c.yaml:8:17: | rl: dpo compares with the model before training
            """)
    void whatBelongsToNoObjectiveIsRefused(String lines, String place, String message) {
        assertThatThrownBy(() -> load(lines.replace("\\n", "\n") + "\ndatasets: [{path: r.jsonl}]\n"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(place)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            rl: dpo | type: alpaca | datasets[0]: type alpaca holds no pairs of answers, which rl: dpo is trained on; pairs are read by chat_template,
            rl: dpo | type: _synthetic | datasets[0]: type _synthetic holds no pairs of answers
            rl: dpo | type: chatml.intell | type chatml.intell is not a known prompt format; did you mean chatml.intel?
            rl: | type: chatml.intel | datasets[0]: type chatml.intel holds pairs of answers, of which supervised training takes one alone; add rl: dpo to train on pairs
            rl: dpo | type: {format: "{instruction}"} | datasets[0].type: format has nothing to act on; the mapping of a pair takes field_system, field_prompt
            rl: | type: {field_chosen: good} | datasets[0].type: field_chosen has nothing to act on; it is of pairs; add rl: dpo
            rl: | field_chosen: good | datasets[0]: field_chosen is read with rl: dpo and a type with a chat template alone; add rl: dpo, or remove it
            rl: dpo | type: chatml.intel, field_rejected: bad | datasets[0]: field_rejected is read with rl: dpo and a type with a chat template alone; write it in a mapping under type
            """)
    void aDataSetIsOfTheObjectivesKind(String rl, String entry, String message) {
        assertThatThrownBy(() -> load(rl + "\ndatasets:\n  - {path: r.jsonl, " + entry + "}\n"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("c.yaml:9:")
                .hasMessageContaining(message);
    }

    @Test
    void soAreTestDataSetsAndRunningTextIsNone() {
        assertThatThrownBy(() -> load("rl: dpo\ndatasets: [{path: r.jsonl}]\nval_set_size: 0\n"
                        + "test_datasets: [{path: t.jsonl, type: completion}]\n"))
                .hasMessageContaining("test_datasets[0]: type completion holds no pairs");
        assertThatThrownBy(() -> load("rl: dpo\npretraining_dataset: [{path: t.jsonl}]\nmax_steps: 3\n"))
                .hasMessageContaining("rl: dpo needs pairs of answers; list them under datasets");
    }
}
