package dev.newt.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.io.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Templates with contexts and the output of Python's Jinja2 in Hugging Face's settings; a case without output must fail.
 *
 * <p>{@code -Dnewt.jinja.cases=FILE} runs any file of the same schema: a list of {id, template, cases: [{name, ctx, out}]}.
 */
class JinjaCasesTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2025-01-02T12:00:00Z"), ZoneOffset.UTC);
    private static final JsonMapper JSON = JsonMapper.shared();

    private record Case(String id, String template, Map<String, Object> context, String output) {
        /** What is wrong, or nothing. */
        String mismatch() {
            String actual;
            try {
                actual = ChatTemplate.parse(id, template)
                        .render(request(context))
                        .text();
            } catch (UserException e) {
                return output == null ? "" : "failed: " + e.getMessage();
            } catch (RuntimeException | StackOverflowError e) {
                return "crashed: " + e;
            }
            return actual.equals(output) ? "" : "rendered: " + actual;
        }
    }

    @Test
    void rendersTheCommonCasesAsPythonDoes() throws IOException {
        assertAllMatch("/golden/chat/micro.json");
    }

    @Test
    void rendersEveryFeatureAsPythonDoes() throws IOException {
        assertAllMatch("/golden/chat/features.json");
    }

    /** Templates in the style of known families, with tools, documents, reasoning and contents of every kind. */
    @Test
    void rendersWholeConversationsAsPythonDoes() throws IOException {
        assertAllMatch("/golden/chat/families.json");
    }

    /** Every filter, test, method, operator and format on values of every type, and white space control in every combination. */
    @Test
    void rendersASweepOfExpressionsAsPythonDoes() throws IOException {
        List<Case> cases = new ArrayList<>();
        try (InputStream in = JinjaCasesTest.class.getResourceAsStream("/golden/chat/sweep.json")) {
            for (Map<String, Object> group : JSON.readValue(in, new TypeReference<List<Map<String, Object>>>() {})) {
                @SuppressWarnings("unchecked") // a JSON object
                Map<String, Object> context = (Map<String, Object>) group.get("context");
                for (Object one : (List<?>) group.get("cases")) {
                    List<?> pair = (List<?>) one;
                    cases.add(new Case("sweep", (String) pair.get(0), context, (String) pair.get(1)));
                }
            }
        }
        assertThat(cases).hasSizeGreaterThan(1500);
        assertAllMatch("/golden/chat/sweep.json", cases);
    }

    @Test
    @EnabledIfSystemProperty(named = "newt.jinja.cases", matches = ".+")
    void rendersTheCasesOfTheGivenFileAsPythonDoes() throws IOException {
        String file = System.getProperty("newt.jinja.cases");
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            assertAllMatch(file, in);
        }
    }

    private static void assertAllMatch(String resource) throws IOException {
        try (InputStream in = JinjaCasesTest.class.getResourceAsStream(resource)) {
            assertAllMatch(resource, in);
        }
    }

    private static void assertAllMatch(String source, InputStream in) {
        assertAllMatch(source, read(in));
    }

    private static void assertAllMatch(String source, List<Case> cases) {
        List<String> mismatches = new ArrayList<>();
        for (Case one : cases) {
            String mismatch = one.mismatch();
            if (!mismatch.isEmpty()) {
                mismatches.add(one.id() + "\n  template: " + shortened(one.template()) + "\n  expected: "
                        + (one.output() == null ? "a failure" : one.output()) + "\n  " + mismatch);
            }
        }
        System.out.printf("%s: %d of %d match%n", source, cases.size() - mismatches.size(), cases.size());
        mismatches.forEach(System.out::println);
        assertThat(cases).isNotEmpty();
        assertThat(mismatches).isEmpty();
    }

    private static String shortened(String template) {
        return template.length() < 300 ? template : template.substring(0, 300) + " ...";
    }

    private static List<Case> read(InputStream in) {
        List<Case> cases = new ArrayList<>();
        for (Map<String, Object> template : JSON.readValue(in, new TypeReference<List<Map<String, Object>>>() {})) {
            for (Object one : (List<?>) template.get("cases")) {
                Map<?, ?> fields = (Map<?, ?>) one;
                @SuppressWarnings("unchecked") // a JSON object
                Map<String, Object> context = (Map<String, Object>) fields.get("ctx");
                cases.add(new Case(
                        template.get("id") + "/" + fields.get("name"),
                        (String) template.get("template"),
                        context,
                        (String) fields.get("out")));
            }
        }
        return cases;
    }

    @SuppressWarnings("unchecked") // JSON lists of objects
    private static ChatRequest request(Map<String, Object> context) {
        Map<String, Object> variables = new LinkedHashMap<>(context);
        ChatRequest request = ChatRequest.of((List<Map<String, Object>>) variables.remove("messages"))
                .withGenerationPrompt(Boolean.TRUE.equals(variables.remove("add_generation_prompt")))
                .withClock(NOON);
        Object tools = variables.remove("tools");
        Object documents = variables.remove("documents");
        request = tools == null ? request : request.withTools((List<Map<String, Object>>) tools);
        request = documents == null ? request : request.withDocuments((List<Map<String, Object>>) documents);
        return request.withVariables(variables);
    }
}
