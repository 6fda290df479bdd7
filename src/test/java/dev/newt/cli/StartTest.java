package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a check of a configuration that is right costs: it must not start what it does not need. */
@Timeout(60)
class StartTest {
    @TempDir
    Path folder;

    private List<String> classesLoadedBy(String verb) throws Exception {
        Path log = folder.resolve("classes.txt");
        TinyRun.config(folder);
        NewtProcess run = NewtProcess.ofClassesLogged(log, folder, verb, "config.yaml");
        assertThat(run.exitCode()).as(run.err()).isZero();
        return Files.readAllLines(log);
    }

    @Test
    void validateLoadsNoEngineNoDatabaseNoBindingNoValidatorAndNoLogging() throws Exception {
        List<String> loaded = classesLoadedBy("validate");

        assertThat(loaded).anyMatch(line -> line.contains("dev.newt.plan.Planner "));
        for (String library : List.of(
                "org.duckdb",
                "ai.djl",
                "com.sun.jna",
                "dev.newt.engine",
                "dev.newt.train.Trainer",
                "ch.qos.logback",
                "org.hibernate",
                "tools.jackson.databind.ObjectMapper",
                "java.net.http")) {
            assertThat(loaded).as(library).noneMatch(line -> line.contains(" " + library));
        }
        assertThat(loaded).hasSizeLessThan(2500);
    }
}
