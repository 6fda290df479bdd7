package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code train} does with the plan's verdict. */
class MemoryVerdictTest {
    @TempDir
    Path folder;

    @Test
    void aRunThatFitsSaysSoAndStarts() throws Exception {
        TinyRun.config(folder, "max_steps: 1");
        NewtProcess run = NewtProcess.ofClasses(folder, "config.yaml");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("verdict     fits: about ", "finished 1 steps");
    }

    @Test
    void aRunThatSurelyDoesNotFitIsNotStarted() throws Exception {
        huge();
        NewtProcess run = NewtProcess.ofClasses(folder, "config.yaml");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).contains("verdict     does not fit: about ");
        assertThat(run.err())
                .contains("error: this run does not fit into the memory of this machine.")
                .contains("--anyway")
                .doesNotContain("\tat ");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    /** The rows are short: the estimate is for rows of full length. */
    @Test
    void theUserMayKnowBetter() throws Exception {
        huge();
        NewtProcess run = NewtProcess.ofClasses(folder, "config.yaml", "--anyway");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("verdict     does not fit: about ", "finished 1 steps");
    }

    private void huge() throws Exception {
        Path config = TinyRun.config(folder, "max_steps: 1");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("sample_packing: true", "sample_packing: false")
                        .replace("micro_batch_size: 2", "micro_batch_size: 1000000"));
    }
}
