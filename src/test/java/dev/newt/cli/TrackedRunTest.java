package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.report.mlflow.MlflowServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose metrics go to TensorBoard's files and to an MLflow server. */
@Timeout(300)
@Tag("slow")
class TrackedRunTest {
    private static final String[] TRACKED = {
        "max_steps: 4",
        "save_steps: 2",
        "use_tensorboard: true",
        "mlflow_experiment_name: orders",
        "wandb_project: p",
        "hub_model_id: me/mine"
    };

    @TempDir
    Path folder;

    private NewtProcess train(String uri, String... arguments) throws Exception {
        String[] all = Stream.concat(Stream.of("train", "config.yaml"), Stream.of(arguments))
                .toArray(String[]::new);
        NewtProcess process = NewtProcess.ofClasses(Map.of("MLFLOW_TRACKING_URI", uri), folder, all);
        assertThat(process.exitCode()).as(process.out() + process.err()).isZero();
        return process;
    }

    private List<Path> eventFiles() throws IOException {
        try (Stream<Path> walk = Files.walk(folder.resolve("out/runs"))) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static String latin(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aResumedRunGoesOnWhereTheFirstPartWasTracked() throws Exception {
        TinyRun.config(folder, TRACKED);
        try (MlflowServer server = new MlflowServer()) {
            NewtProcess first = train(server.uri());

            assertThat(first.err())
                    .contains("wandb_project (no such service is called; ", "hub_model_id (nothing is uploaded; ")
                    .containsOnlyOnce("warning: ");
            assertThat(server.status("run0")).isEqualTo("FINISHED");
            assertThat(server.metrics("run0"))
                    .filteredOn(metric -> metric.startsWith("loss "))
                    .hasSize(4);
            assertThat(eventFiles()).singleElement().satisfies(file -> assertThat(latin(file))
                    .contains("brain.Event:2", "train/loss", "train/learning_rate", "lora_alpha: 8"));

            train(server.uri(), "resume_from_checkpoint=out/checkpoint-2");

            assertThat(server.calls()).containsOnlyOnce("runs/create");
            assertThat(server.metrics("run0"))
                    .filteredOn(metric -> metric.startsWith("loss "))
                    .hasSize(6);
            assertThat(eventFiles())
                    .hasSize(2)
                    .extracting(Path::getParent)
                    .containsOnly(eventFiles().get(0).getParent());
        }
    }

    @Test
    void aServerThatIsNotThereCostsOneWarning() throws Exception {
        TinyRun.config(folder, TRACKED);
        String uri;
        try (MlflowServer server = new MlflowServer()) {
            uri = server.uri();
        }

        NewtProcess run = train(uri, "max_steps=1");

        assertThat(run.out())
                .containsOnlyOnce("warning: ")
                .contains("warning: nothing more is sent to MLflow: " + uri + " cannot be reached; the run continues, ")
                .contains("finished 1 steps");
    }
}
