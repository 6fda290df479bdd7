package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.newt.io.AtomicFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that want one output directory, or cannot write into theirs. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(300)
@Tag("slow")
class OutputDirectoryTest {
    @TempDir
    Path folder;

    private Path config(String... more) throws Exception {
        return TinyRun.config(folder, more);
    }

    @Test
    void belongsToOneRunAtATime() throws Exception {
        config("max_steps: 100000", "warmup_steps: 1", "save_steps: 2", "save_total_limit: 1");
        NewtProcess first = NewtProcess.ofClasses(folder, "config.yaml");
        first.awaitOut("checkpoint-2\n");
        try {
            NewtProcess second = NewtProcess.ofClasses(folder, "config.yaml");
            assertThat(second.exitCode()).isEqualTo(2);
            assertThat(second.err())
                    .isEqualTo("config.yaml:19:13: error: output_dir: " + folder.resolve("out")
                            + " is in use by another run (process " + first.pid()
                            + "). Let that run end, or choose another folder.\n"
                            + "    output_dir: out\n"
                            + "                ^^^\n"
                            + "    see newt schema --field output_dir\n");
            assertThat(first.isAlive()).isTrue();
        } finally {
            first.kill();
        }
        NewtProcess third = NewtProcess.ofClasses(folder, "config.yaml", "max_steps=1", "overwrite_output_dir=true");
        assertThat(third.exitCode()).as(third.err()).isZero();
    }

    /** By a limit on the size of files. */
    @Test
    void keepsTheLastWholeCheckpointWhenAWriteFails() throws Exception {
        Path config = config("max_steps: 4", "save_steps: 2", "auto_resume_from_checkpoints: true");
        Path output = folder.resolve("out");
        Path adapter = output.resolve("adapter_model.safetensors");
        assertThat(ended(NewtProcess.ofClasses(folder, "config.yaml"))).isZero();
        byte[] trained = Files.readAllBytes(adapter);
        AtomicFiles.deleteDirectory(output.resolve("checkpoint-4"));
        Files.delete(adapter);

        // The adapter has 54 KiB, the optimizer's moments 107.
        NewtProcess limited = NewtProcess.ofClassesWithFileLimit(80, folder, "config.yaml");
        assertThat(ended(limited)).isEqualTo(2);
        assertThat(limited.out()).contains("resuming after step 2 of 4");
        assertThat(limited.err())
                .isEqualTo("error: " + output.resolve("checkpoint-4/optimizer.safetensors") + ": the file is larger"
                        + " than this system allows; nothing was replaced. Raise the limit (ulimit -f), or choose a folder on"
                        + " a file system for large files.\n");
        assertThat(output.resolve("checkpoint-4")).doesNotExist();
        assertThat(adapter).doesNotExist();
        assertThat(RunFolderCheck.temporaries(output)).isEmpty();
        RunFolderCheck.everyFileIsWhole(output, folder.resolve("last_run_prepared"), TinyRun.MODEL, config);

        assertThat(ended(NewtProcess.ofClasses(folder, "config.yaml"))).isZero();
        assertThat(adapter).hasBinaryContent(trained);
    }

    /**
     * A disk of 8 MiB of its own, which another program fills while the run goes on. What lies there is copied out before it
     * vanishes with the last process.
     */
    @Test
    void losesNothingThatWasSavedWhenTheDiskFills() throws Exception {
        String mount = "mount -t tmpfs -o size=8m tmpfs out";
        Path config =
                config("max_steps: 400", "save_steps: 5", "save_total_limit: 2", "auto_resume_from_checkpoints: true");
        Path output = Files.createDirectories(folder.resolve("out"));
        assumeThat(new ProcessBuilder("unshare", "-rm", "sh", "-c", mount)
                        .directory(folder.toFile())
                        .start()
                        .waitFor())
                .as("a mount of its own, which this machine may not allow")
                .isZero();

        NewtProcess full = NewtProcess.ofClassesWithMounts(
                mount
                        + """
                 || exit 9
                ( while [ ! -d out/checkpoint-5 ]; do sleep 0.05; done; cat /dev/zero > out/filler ) 2> filler.err &
                filler=$!
                "$@"
                code=$?
                kill $filler 2> filler.err
                wait
                rm out/filler
                cp -a out/. saved
                exit $code
                """,
                folder,
                "config.yaml");
        assertThat(ended(full)).as(full.out()).isEqualTo(2);
        assertThat(full.err())
                .startsWith("error: " + output)
                .endsWith(
                        ": the disk is full; nothing was replaced. Free some space or choose a folder on another disk.\n");
        Path saved = folder.resolve("saved");
        assertThat(RunFolderCheck.temporaries(saved)).isEmpty();
        RunFolderCheck.everyFileIsWhole(saved, folder.resolve("last_run_prepared"), TinyRun.MODEL, config);

        NewtProcess resumed = NewtProcess.ofClasses(folder, "config.yaml", "output_dir=saved", "max_steps=400");
        resumed.awaitOut("resuming after step ");
        resumed.kill();
    }

    private static int ended(NewtProcess process) throws Exception {
        int code = process.exitCode();
        assertThat(process.err()).doesNotContain("Exception", "\tat ");
        return code;
    }

    @Test
    void saysWhereLibrariesFindNoRoom() throws Exception {
        config("max_steps: 1");
        // Lines of JSON are read without DuckDB.
        Files.writeString(folder.resolve("rows.csv"), "text\nthe quick fox\n");
        NewtProcess full = NewtProcess.ofClassesWithFileLimit(
                80, folder, "config.yaml", "datasets[0]={path: rows.csv, type: completion}");
        assertThat(full.exitCode()).as(full.out()).isEqualTo(2);
        assertThat(full.err())
                .isEqualTo("error: DuckDB, which reads the data files, cannot load the library that it unpacks into "
                        + folder.resolve("tmp") + ": File too large. Free some space there, or name another folder with"
                        + " java -Djava.io.tmpdir=FOLDER.\n");
    }
}
