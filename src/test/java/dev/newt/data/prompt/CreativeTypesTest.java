package dev.newt.data.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import dev.newt.rows.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Byte for byte what PyYAML and Axolotl's own classes write. */
class CreativeTypesTest {
    /** Other cases of the same form may be named. */
    private static final Path CASES =
            Path.of(System.getProperty("newt.yaml.cases", "src/test/resources/golden/creative_acr/cases.json"));

    @Test
    void mappingsAreWrittenAsPythonDumpsThem() throws IOException {
        JsonNode cases = cases("yaml");
        SoftAssertions all = new SoftAssertions();
        for (JsonNode one : cases) {
            ObjectNode fields = JsonMapper.shared().createObjectNode();
            fields.set("scores", one.path("value"));
            all.assertThat(PythonYaml.dump(row(fields), "scores"))
                    .isEqualTo(one.path("yaml").asString());
        }

        all.assertAll();
        assertThat(cases.size()).isGreaterThan(200);
    }

    @Test
    void critiqueAndRevisionAreWrittenAsAxolotlWritesThem() throws IOException {
        for (JsonNode one : cases("creative_acr")) {
            for (String type : List.of("load_critique", "load_revise")) {
                Exchange exchange = ExchangeTypes.find("creative_acr." + type)
                        .orElseThrow()
                        .reader()
                        .read(row((ObjectNode) one.path("row")));

                assertThat(exchange.prompt())
                        .isEqualTo(one.path(type).path("prompt").asString());
                assertThat(exchange.answer())
                        .isEqualTo(one.path(type).path("answer").asString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "{}", "{'': 1}", "{'a\\nb': 1}"})
    void whatIsNoMappingWithShortKeysIsRefused(String scores) {
        ObjectNode fields =
                (ObjectNode) JsonMapper.shared().readTree(("{'scores': " + scores + "}").replace('\'', '"'));

        assertThatThrownBy(() -> PythonYaml.dump(row(fields), "scores"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("rows.jsonl, row 2: field \"scores\"");
    }

    private static JsonNode cases(String name) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(CASES)).path(name);
    }

    private static Row row(ObjectNode fields) {
        return new Row(Path.of("rows.jsonl"), 2, fields);
    }
}
