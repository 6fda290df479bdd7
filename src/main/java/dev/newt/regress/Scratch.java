package dev.newt.regress;

import dev.newt.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary folder for the runs' outputs. It is deleted when this is closed or the process ends. */
final class Scratch implements AutoCloseable {
    private final Path folder;
    private final Thread hook;

    Scratch() {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            folder = Files.createTempDirectory(parent, "newt-regress-");
        } catch (IOException e) {
            throw AtomicFiles.failure(parent, e);
        }
        hook = new Thread(this::deleteQuietly);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    Path folder(int index) {
        return folder.resolve(String.valueOf(index));
    }

    /** Called while a run may still be writing there. */
    private void deleteQuietly() {
        try {
            AtomicFiles.deleteDirectory(folder);
        } catch (UncheckedIOException e) {
            // The system will clear its temporary folder eventually.
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(hook);
        AtomicFiles.deleteDirectory(folder);
    }
}
