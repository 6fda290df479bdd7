package dev.newt.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of the repository that is made from the configuration's records. {@code -Dnewt.write=true} writes it anew. */
final class GeneratedFile {
    private GeneratedFile() {}

    static void check(Path file, String content) throws IOException {
        if (Boolean.getBoolean("newt.write")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        }
        assertThat(file)
                .as(
                        "%s is stale; regenerate it: mvn -q test -Dtest=CompatibilityDocTest,JsonSchemaTest -Dnewt.write=true",
                        file)
                .content()
                .isEqualTo(content);
    }
}
