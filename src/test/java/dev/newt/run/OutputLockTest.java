package dev.newt.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputLockTest {
    @TempDir
    Path folder;

    /** Holds a lock until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws InterruptedException {
            try (OutputLock lock = OutputLock.acquire(Path.of(args[0]))) {
                System.out.println("held");
                Thread.sleep(1_000_000);
            }
        }
    }

    @Test
    void refusesASecondHolderUntilTheFirstIsDone() {
        Path directory = folder.resolve("a/b");
        try (OutputLock first = OutputLock.acquire(directory)) {
            assertThatThrownBy(() -> OutputLock.acquire(directory))
                    .isInstanceOf(UserException.class)
                    .hasMessage(directory + " is in use by another run (process "
                            + ProcessHandle.current().pid()
                            + "). Let that run end, or choose another folder.");
        }
        OutputLock.acquire(directory).close();
    }

    @Test
    void endsWithAKilledProcess() throws Exception {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(holder.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("held");
        assertThatThrownBy(() -> OutputLock.acquire(folder)).hasMessageContaining("(process " + holder.pid() + ")");
        holder.destroyForcibly().waitFor();
        OutputLock.acquire(folder).close();
    }

    @Test
    void saysThatAFileIsInTheWay() throws IOException {
        Path file = Files.writeString(folder.resolve("out"), "");
        assertThatThrownBy(() -> OutputLock.acquire(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": cannot be written: " + file + " is a file, not a folder.");
    }
}
