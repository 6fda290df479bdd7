package dev.newt.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

class JsonDocumentTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "7",
                "\"text\"",
                "null",
                "{\"a\": [1, 2.5, -3e-7, 12345678901, 123456789012345678901234567890], \"b\": {\"c\": [[], {}]}}",
                " [true, false, null, \"\\u00e9\\n\", {\"x\": {\"y\": {\"z\": []}}}, \"\"]\n",
                ""
            })
    void readsWhatJacksonsMapperReads(String text) {
        assertThat(JsonDocument.read(text)).isEqualTo(JsonMapper.shared().readTree(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": 1, \"a\": 2}",
                "{",
                "[1,",
                "[1]]",
                "{} {}",
                "{\"a\" 1}",
                "tru",
                "01",
                "{\"a\": NaN}",
                "'a'"
            })
    void refusesWhatIsNotOneDocument(String text) {
        assertThatThrownBy(() -> JsonDocument.read(text)).isInstanceOf(JacksonException.class);
    }

    @Test
    void refusesDeepNestingWithoutOverflow() {
        assertThatThrownBy(() -> JsonDocument.read("[".repeat(1_000_000))).isInstanceOf(JacksonException.class);
    }
}
