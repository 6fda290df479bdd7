package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** runner.jar, started from a folder of the user's. */
@Timeout(300)
class RunnerJarIT {
    private static final Path JAR =
            Path.of(System.getProperty("newt.runner.jar", "target/runner.jar")).toAbsolutePath();

    @TempDir
    Path folder;

    private NewtProcess start(String... arguments) throws IOException {
        return NewtProcess.ofJar(JAR, folder, arguments);
    }

    private NewtProcess ended(int exitCode, String... arguments) throws Exception {
        NewtProcess process = start(arguments);
        assertThat(process.exitCode()).as(process.err()).isEqualTo(exitCode);
        return process;
    }

    @Test
    void showsThePlanAsTableAndAsJson() throws Exception {
        TinyRun.config(folder);
        NewtProcess table = ended(0, "plan", "config.yaml", "max_steps=7");
        assertThat(table.err()).isEmpty();
        assertThat(table.out())
                .contains("trained     12,288 (6.96%), lora\n", "data        rows.jsonl, 48 rows\n", "steps       7,");

        NewtProcess json = ended(0, "plan", "config.yaml", "max_steps=7", "--json");
        assertThat(json.err()).isEmpty();
        JsonNode plan = JsonMapper.shared().readTree(json.out());
        assertThat(plan.path("method").path("trained_parameters").asLong()).isEqualTo(12_288);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void trainsAnAdapterThatCanBeLoadedAgain() throws Exception {
        TinyRun.config(folder, "max_steps: 2");
        NewtProcess run = ended(0, "config.yaml");
        assertThat(run.err()).isEmpty();
        Path output = folder.resolve("out");
        assertThat(run.out())
                .contains(
                        "adapter     LoRA of rank 4, alpha 8, scale 2, dropout 0.1\n",
                        "training: 2 steps",
                        "step 1/2, ",
                        "finished 2 steps in ",
                        "adapter:    " + output + "\n",
                        "report:     " + output.resolve("report.html") + "\n",
                        "try it:     java -jar runner.jar inference config.yaml\n");
        try (SafetensorsFile adapter = SafetensorsFile.open(output.resolve("adapter_model.safetensors"))) {
            assertThat(adapter.tensors()).hasSize(2 * 7 * 3);
        }
        assertThat(RunFolderCheck.metrics(output.resolve("metrics.jsonl"))).hasSize(2);

        NewtProcess again = ended(0, "train", "config.yaml", "lora_model_dir=out", "output_dir=again", "max_steps=1");
        assertThat(again.err()).isEmpty();
        double first = loss(folder.resolve("again"));
        assertThat(first).isNotEqualTo(loss(output));
        assertThat(ended(0, "train", "config.yaml", "output_dir=third", "max_steps=1")
                        .out())
                .contains("finished 1");
        assertThat(loss(folder.resolve("third"))).isEqualTo(loss(output));
    }

    private static double loss(Path output) throws IOException {
        return RunFolderCheck.metrics(output.resolve("metrics.jsonl"))
                .get(0)
                .path("loss")
                .asDouble();
    }

    @Test
    void saysWhereAConfigurationIsWrong() throws Exception {
        Files.writeString(
                folder.resolve("bad.yaml"),
                "base_model: " + TinyRun.MODEL + "\nlearning_rat: 0.1\nmicro_batch_size: two\ndatasets: []\n");
        NewtProcess run = ended(2, "bad.yaml");
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .isEqualTo(
                        """
                        bad.yaml:1:1: error: learning_rate is missing; it has no default
                            see newt schema --field learning_rate
                        bad.yaml:2:1: error: learning_rat is not a known key; did you mean learning_rate?
                            learning_rat: 0.1
                            ^^^^^^^^^^^^
                            see docs/config-compatibility.md
                        bad.yaml:3:19: error: micro_batch_size is two; it takes a whole number
                            micro_batch_size: two
                                              ^^^
                            see newt schema --field micro_batch_size
                        bad.yaml:4:11: error: datasets needs one entry at least
                            datasets: []
                                      ^^
                            see newt schema --field datasets
                        """);
        assertThat(ended(2, "bad.yaml", "--debug").err())
                .startsWith("bad.yaml:1:1: error: ")
                .contains("\n\tat dev.newt.config.");
    }

    /** The same files as in one process of the tests, here by the program as it is shipped. */
    @Test
    void acceptsOrRefusesDamagedConfigurationsWithAMessage() throws Exception {
        Mutations mutations = new Mutations(new Random(7));
        String text = Files.readString(TinyRun.config(folder));
        String[] arguments = new String[51];
        arguments[0] = "validate";
        for (int i = 1; i < arguments.length; i++) {
            arguments[i] = "damaged-" + i + ".yaml";
            Files.write(folder.resolve(arguments[i]), mutations.of(text));
        }
        NewtProcess run = ended(2, arguments);
        String said = run.out() + run.err();
        assertThat(said).doesNotContain("\tat ", "Exception", "the run failed");
        assertThat(run.out()).containsPattern("50 files: \\d+ valid, \\d+ not;");
        for (int i = 1; i < arguments.length; i++) {
            assertThat(said).containsPattern("(?m)^" + arguments[i] + ":(\\d+:\\d+: error: .+| valid)$");
        }
        for (int i = 1; i <= 4; i++) {
            NewtProcess plan = start("plan", arguments[i]);
            int expected = run.out().contains(arguments[i] + ": valid\n") ? 0 : 2;
            assertThat(plan.exitCode()).as(arguments[i]).isEqualTo(expected);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void endsWith130AndACheckpointAfterCtrlC() throws Exception {
        TinyRun.config(folder, "max_steps: 100000", "warmup_steps: 1");
        NewtProcess run = start("config.yaml");
        run.awaitOut("step 1/100000, ");
        run.send("INT");
        assertThat(run.exitCode()).isEqualTo(130);
        assertThat(run.err())
                .isEqualTo("SIGINT: writing a checkpoint, then ending. A second signal ends at once, without one.\n");
        try (var children = Files.list(folder.resolve("out"))) {
            assertThat(children.map(path -> path.getFileName().toString()))
                    .filteredOn(name -> name.startsWith("checkpoint-"))
                    .hasSize(1);
        }
        assertThat(folder.resolve("out/adapter_model.safetensors")).doesNotExist();
    }

    /** A file that is there twice hides the other; the services of all libraries must be there. */
    @Test
    void holdsEachFileOnceAndAllServices() throws IOException {
        try (ZipFile jar = new ZipFile(JAR.toFile())) {
            assertThat(jar.stream().map(entry -> entry.getName()).filter(name -> !name.endsWith("/")))
                    .doesNotHaveDuplicates()
                    .contains("META-INF/LICENSE", "META-INF/NOTICE")
                    .noneMatch(name -> name.endsWith(".SF") || name.endsWith("module-info.class"));
            for (String service : new String[] {
                "ai.djl.engine.EngineProvider",
                "jakarta.validation.spi.ValidationProvider",
                "java.sql.Driver",
                "org.slf4j.spi.SLF4JServiceProvider"
            }) {
                assertThat(jar.getEntry("META-INF/services/" + service))
                        .as(service)
                        .isNotNull();
            }
        }
    }
}
