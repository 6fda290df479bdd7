package dev.newt.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.PreferenceKind;
import dev.newt.data.dataset.Synthetic;
import dev.newt.data.preference.PairPrompts;
import dev.newt.data.prompt.PromptStrategies;
import dev.newt.io.UserException;
import dev.newt.token.SpecialTokens;
import dev.newt.token.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromptTypesTest {
    /** The configuration may not look into the data, so it has a list of its own. */
    @Test
    void theConfigurationKnowsTheFormatsThatTheDataKnow() {
        Tokenizer tokenizer = Tokenizer.open(Path.of("examples/models/newt-tiny"), SpecialTokens.none());
        UserException refusal = catchThrowableOfType(
                UserException.class,
                () -> PromptStrategies.of(DatasetSettings.of("rows.jsonl", "no such type"), tokenizer, false, 512));
        String known =
                refusal.getMessage().replaceFirst(".*Known types are ", "").replaceFirst(";.*", "");
        List<String> names = new ArrayList<>(List.of(known.split(", ")));
        names.add("chat_template.default");

        assertThat(PromptTypes.NAMES).containsExactlyInAnyOrderElementsOf(names).isSorted();
        assertThat(PromptTypes.NAMES).allSatisfy(name -> {
            DatasetSettings rows = DatasetSettings.of("rows.jsonl", name);
            DatasetSettings made = rows.withSynthetic(new Synthetic(1, 8, 0, Optional.empty(), 0));
            assertThat(PromptStrategies.of(name.equals(PromptTypes.SYNTHETIC) ? made : rows, tokenizer, false, 512))
                    .as(name)
                    .isNotNull();
        });
    }

    @Test
    void soItDoesForPairs() {
        Tokenizer tokenizer = Tokenizer.open(Path.of("examples/models/newt-tiny"), SpecialTokens.none());
        UserException refusal = catchThrowableOfType(
                UserException.class,
                () -> PairPrompts.of(PreferenceKind.PAIR, DatasetSettings.of("rows.jsonl", "no such type"), tokenizer));
        List<String> names = new ArrayList<>(List.of(refusal.getMessage()
                .replaceFirst(".*it takes ", "")
                .replaceFirst("\\.$", "")
                .split(", ")));
        names.add("chat_template");

        assertThat(PromptTypes.PAIRS).containsExactlyInAnyOrderElementsOf(names).isSorted();
        assertThat(PromptTypes.PAIRS).allSatisfy(name -> assertThat(
                        PairPrompts.of(PreferenceKind.PAIR, DatasetSettings.of("rows.jsonl", name), tokenizer))
                .isNotNull());
    }
}
