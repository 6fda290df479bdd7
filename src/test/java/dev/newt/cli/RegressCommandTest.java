package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs of three steps on a model of a few thousand parameters. */
@Timeout(300)
class RegressCommandTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path config;

    @BeforeEach
    void write() throws IOException {
        config = TinyRun.config(folder);
    }

    private int regress(String... more) {
        out.reset();
        err.reset();
        List<String> arguments = new ArrayList<>(List.of(
                "regress",
                "--baseline",
                folder.resolve("regressions").toString(),
                "dataset_prepared_path=" + folder.resolve("prepared")));
        arguments.addAll(List.of(more));
        return new Dispatcher(
                        List.of(new RegressCommand()),
                        new Console(
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8)))
                .run(arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private void update() {
        assertThat(regress(config.toString(), "--steps", "3", "--update"))
                .as(err())
                .isZero();
    }

    private Path baseline() throws IOException {
        try (Stream<Path> walk = Files.walk(folder.resolve("regressions"))) {
            return walk.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
    }

    private void tamper(String text, String replacement) throws IOException {
        String content = Files.readString(baseline());
        assertThat(content).containsPattern(text);
        Files.writeString(baseline(), content.replaceFirst(text, replacement));
    }

    private static Document xml(Path file) throws Exception {
        String text = Files.readString(file).replace("<!DOCTYPE html>", "");
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new java.io.ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatIsAsItWasIsGoodAndTouchesNothing() throws Exception {
        update();
        assertThat(out()).contains("updated, wrote " + baseline());
        Path junit = folder.resolve("reports/junit.xml");
        Path html = folder.resolve("reports/page.html");

        int code = regress(config.toString(), "--junit", junit.toString(), "--html", html.toString());

        assertThat(code).as(out() + err()).isZero();
        assertThat(out()).startsWith(config + ": ok, 3 steps (").contains("1 configuration: 1 good, 0 not, in ");
        assertThat(folder.resolve("out")).as("the configuration's output_dir").doesNotExist();
        Element suite = xml(junit).getDocumentElement();
        assertThat(suite.getTagName()).isEqualTo("testsuite");
        assertThat(suite.getAttribute("tests")).isEqualTo("1");
        assertThat(suite.getAttribute("failures")).isEqualTo("0");
        assertThat(suite.getAttribute("errors")).isEqualTo("0");
        assertThat(suite.getAttribute("skipped")).isEqualTo("0");
        Element test = (Element) suite.getElementsByTagName("testcase").item(0);
        assertThat(test.getAttribute("name")).isEqualTo(config.toString());
        assertThat(Double.parseDouble(test.getAttribute("time"))).isPositive();
        Document page = xml(html);
        assertThat(page.getElementsByTagName("svg").getLength()).as("curves").isEqualTo(4);
        assertThat(page.getElementsByTagName("polyline").getLength())
                .as("now and baseline")
                .isEqualTo(8);
    }

    @Test
    void anotherLearningRateIsDrift() throws Exception {
        update();
        Path junit = folder.resolve("junit.xml");

        int code = regress(config.toString(), "learning_rate=0.05", "--junit", junit.toString());

        assertThat(code).isEqualTo(1);
        assertThat(out())
                .contains(": drift at step ", "the plan hash changed: learning_rate 0.01 -> 0.05", "0 good, 1 not");
        Element suite = xml(junit).getDocumentElement();
        assertThat(suite.getAttribute("failures")).isEqualTo("1");
        Element failure = (Element) suite.getElementsByTagName("failure").item(0);
        assertThat(failure.getAttribute("type")).isEqualTo("drift");
        assertThat(failure.getAttribute("message")).startsWith("drift at step ");
    }

    @Test
    void aBaselineWithAnotherNumberIsDrift() throws Exception {
        update();
        tamper("\"trained_tokens\" : \\[ \\d+", "\"trained_tokens\" : [ 1");

        assertThat(regress(config.toString())).isEqualTo(1);
        assertThat(out()).contains(": drift at step 1: trained tokens ", ", baseline 1 (");
    }

    @Test
    void aChangedPlanWithTheSameNumbersIsToldAndWithStrictAFailure() throws Exception {
        update();
        tamper("\"plan_hash\" : \"[0-9a-f]+", "\"plan_hash\" : \"0");

        assertThat(regress(config.toString())).isZero();
        assertThat(out()).contains(": ok, 3 steps; the plan hash changed: the file is the same");
        assertThat(regress(config.toString(), "--strict")).isEqualTo(1);
        assertThat(out()).contains(": plan changed, the plan hash changed: ", "--update accepts it");
    }

    @Test
    void theBaselinesToleranceCountsUnlessTheArgumentsSayOne() throws Exception {
        update();
        tamper("\"loss\" : \\[ \\d\\.\\d", "\"loss\" : [ 4.9");
        assertThat(regress(config.toString())).isEqualTo(1);

        assertThat(regress(config.toString(), "--tolerance", "0.9")).isZero();
        tamper("\"loss\" : 0.001", "\"loss\" : 0.9");
        assertThat(regress(config.toString())).isZero();

        assertThat(regress(config.toString(), "--update")).isZero();
        assertThat(baseline()).content().as("kept by an update").contains("\"loss\" : 0.9");
    }

    @Test
    void aBaselineThatIsMissingOrOfOtherStepsIsAFailure() {
        assertThat(regress(config.toString())).isEqualTo(1);
        assertThat(out()).contains(": no baseline, there is no ", "; --update writes it");

        update();
        assertThat(regress(config.toString(), "--steps", "4")).isEqualTo(1);
        assertThat(out()).contains(" has 3 steps, not 4, ");
    }

    @Test
    void oneBadConfigurationDoesNotStopTheOthers() throws Exception {
        update();
        Path bad = Files.writeString(
                folder.resolve("bad.yaml"), Files.readString(config).replace("lora_r: 4", "lora_r: four"));
        Path junit = folder.resolve("junit.xml");

        int updated =
                regress(bad.toString(), config.toString(), "--update", "--steps", "3", "--junit", junit.toString());

        assertThat(updated).isEqualTo(2);
        assertThat(out()).contains(bad + ": refused", config + ": updated", "2 configurations: 1 good, 1 not");
        assertThat(err()).contains("bad.yaml:3:9: error: lora_r is four").doesNotContain("\tat ");
        Element error = (Element) xml(junit).getElementsByTagName("error").item(0);
        assertThat(error.getAttribute("type")).isEqualTo("refused");
        assertThat(error.getAttribute("message")).contains("lora_r is four");
    }

    @Test
    void aRunWhoseLossBreaksDownIsAFailureAndNoBaseline() throws Exception {
        int code = regress(
                config.toString(),
                "--update",
                "--steps",
                "5",
                "learning_rate=1e30",
                "warmup_steps=0",
                "max_grad_norm=0");

        assertThat(code).as(out()).isEqualTo(1);
        assertThat(out()).contains(": failed, step ").containsPattern("NaN|Infinity");
        assertThat(folder.resolve("regressions")).doesNotExist();
    }

    @Test
    void aDamagedBaselineIsRefusedWithItsPlace() throws Exception {
        update();
        tamper("\"tokens\"", "\"tokenz\"");

        assertThat(regress(config.toString())).isEqualTo(2);
        assertThat(err())
                .contains(baseline() + ":", ": error: not a baseline: ")
                .doesNotContain("\tat ");
    }

    @Test
    void tellsItsVerdictsAsJson() {
        update();

        assertThat(regress(config.toString(), "--format", "json")).isZero();
        JsonNode verdicts = JsonMapper.shared().readTree(out());
        assertThat(verdicts).hasSize(1);
        assertThat(verdicts.get(0).path("status").asString()).isEqualTo("ok");
        assertThat(verdicts.get(0).path("steps")).hasSize(3);
        assertThat(err()).isEmpty();
    }

    @Test
    void wrongArgumentsAreRefused() {
        assertThat(regress(config.toString(), "--steps", "0")).isEqualTo(2);
        assertThat(err()).contains("--steps is 0; it takes a whole number, 1 or more");
        assertThat(regress(config.toString(), "--tolerance", "much")).isEqualTo(2);
        assertThat(err()).contains("--tolerance is much");
        assertThat(regress(folder.resolve("nothing").toString())).isEqualTo(2);
        assertThat(err()).contains("there is no such file or folder");
        assertThat(regress(config.toString(), "max_steps=3")).isEqualTo(2);
        assertThat(err()).contains("max_steps is what --steps says here");
        assertThat(regress()).isEqualTo(2);
    }
}
