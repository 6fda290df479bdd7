package dev.newt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The main example is scored on what the model has never seen. */
class HeldOutRequestsTest {
    private static final Path DATA = Path.of("examples/data");
    private static final JsonMapper JSON = JsonMapper.shared();
    /** Fields whose values are copied from the request. */
    private static final List<String> COPIED =
            List.of("place", "name", "item", "address", "with", "who", "topic", "from", "to");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders-train.jsonl",
                "pretrain.jsonl",
                "requests.jsonl",
                "alpaca-sample.jsonl",
                "preferences-sample.jsonl"
            })
    void noNameOrPlaceOfTheHeldOutRequestsOccursElsewhere(String file) throws IOException {
        assertNoneMentioned(rows(file));
    }

    /** Its rows are not kept in the repository: the program makes them when the base model is trained. */
    @Test
    @Tag("slow")
    void noneOccursInWhatTheBaseModelIsTrainedOn() throws Exception {
        ExampleFilesTest.run(folder, "MakeOrders.java", "--pretraining", folder.toString());
        List<JsonNode> rows = rows(folder.resolve("pretrain-copy.jsonl"));

        assertThat(rows).hasSizeGreaterThan(100_000);
        assertNoneMentioned(rows);
    }

    private static void assertNoneMentioned(List<JsonNode> rows) throws IOException {
        Set<String> held = new TreeSet<>();
        for (JsonNode row : rows("orders-test.jsonl")) {
            JsonNode answer = answer(row);
            for (String key : COPIED) {
                if (answer.has(key)) {
                    held.add(
                            answer.path(key).asString().toLowerCase(Locale.ROOT).replaceAll("^[0-9]+[a-d]? ", ""));
                }
            }
        }
        assertThat(held).hasSizeGreaterThan(100);
        List<String> texts = new ArrayList<>();
        rows.forEach(row -> strings(row, texts));

        assertThat(texts).isNotEmpty();
        for (String entity : held) {
            Pattern whole = Pattern.compile("(?<![\\p{L}\\p{M}])" + Pattern.quote(entity) + "(?![\\p{L}\\p{M}])");
            assertThat(texts.stream().filter(text -> text.contains(entity)).filter(text -> whole.matcher(text)
                            .find()))
                    .as(entity)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders-train.jsonl", "orders-test.jsonl", "orders-free.jsonl"})
    void whatIsCopiedStandsInTheRequest(String file) throws IOException {
        for (JsonNode row : rows(file)) {
            String request =
                    row.path("messages").path(0).path("content").asString().toLowerCase(Locale.ROOT);
            JsonNode answer = answer(row);
            for (String key : COPIED) {
                if (answer.has(key) && !key.equals("item")) {
                    assertThat(request).contains(answer.path(key).asString().toLowerCase(Locale.ROOT));
                }
            }
        }
    }

    @Test
    void theRequestsWrittenByHandAreOfAllFiveKinds() throws IOException {
        assertThat(rows("orders-free.jsonl"))
                .hasSize(60)
                .extracting(row -> answer(row).path("intent").asString())
                .contains("reservation", "order", "meeting", "ticket", "reminder");
    }

    private static List<JsonNode> rows(String file) throws IOException {
        return rows(DATA.resolve(file));
    }

    private static List<JsonNode> rows(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(JSON::readTree).toList();
    }

    private static JsonNode answer(JsonNode row) {
        return JSON.readTree(row.path("messages").path(1).path("content").asString());
    }

    private static void strings(JsonNode node, List<String> texts) {
        if (node.isString()) {
            texts.add(node.asString().toLowerCase(Locale.ROOT));
        }
        node.forEach(child -> strings(child, texts));
    }
}
