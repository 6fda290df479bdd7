package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ThreadsTest {
    @TempDir
    Path folder;

    @Test
    void aRunUsesAsManyThreadsAsTheContainerMayUse() throws Exception {
        assertThat(train(0, Map.of("JAVA_TOOL_OPTIONS", "-XX:ActiveProcessorCount=1"))
                        .out())
                .contains(", CPU, 1 thread");
    }

    @Test
    void theUserMaySayHowMany() throws Exception {
        assertThat(train(0, Map.of("NEWT_THREADS", "1", "NEWT_WAIT", "passive")).out())
                .contains(", CPU, 1 thread");
    }

    @Test
    void aNumberOfThreadsThatIsNoneIsRefused() throws Exception {
        assertThat(train(2, Map.of("NEWT_THREADS", "many")).err())
                .isEqualTo("error: NEWT_THREADS=many: the number of threads must be a whole number from 1 to 9999.\n");
    }

    private NewtProcess train(int exitCode, Map<String, String> environment) throws Exception {
        TinyRun.config(folder, "max_steps: 1");
        NewtProcess run = NewtProcess.ofClasses(environment, folder, "config.yaml");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
        return run;
    }
}
