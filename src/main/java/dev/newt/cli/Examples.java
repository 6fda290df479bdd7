package dev.newt.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The configurations of examples/yaml, which the program carries with it. */
final class Examples {
    private static final String ONE_OF_THEM = "examples/llama-qlora.yaml";
    private static final String ENDING = ".yaml";
    private static final Pattern ABOUT = Pattern.compile("(?m)^# (?!yaml-language-server)(.*)$");
    private static final Pattern MODEL = Pattern.compile("(?m)^base_model: (.*)$");
    private static final Pattern ADAPTER = Pattern.compile("(?m)^adapter: (.*)$");

    private Examples() {}

    /**
     * A configuration.
     *
     * @param name without the ending
     */
    record Example(String name, String text) {
        /** What it does, in a line: its first comment. */
        String about() {
            return first(ABOUT);
        }

        String model() {
            return first(MODEL);
        }

        /** {@code full}, {@code pretrain}, or the kind of adapter. */
        String method() {
            if (text.contains("\npeft_use_dora: true")) {
                return "dora";
            }
            if (text.contains("\npeft_use_rslora: true")) {
                return "rslora";
            }
            String adapter = first(ADAPTER);
            return !adapter.isEmpty() ? adapter : text.contains("\nreinit_weights: true") ? "pretrain" : "full";
        }

        /** Whether it reads models or data beside itself, which are in the repository and not in the program. */
        boolean readsTheRepository() {
            return text.contains(" ../");
        }

        private String first(Pattern line) {
            return line.matcher(text)
                    .results()
                    .findFirst()
                    .map((MatchResult found) -> found.group(1))
                    .orElse("");
        }
    }

    /** By name. */
    static List<Example> all() {
        try {
            URI uri = Objects.requireNonNull(Examples.class.getResource(ONE_OF_THEM), ONE_OF_THEM)
                    .toURI();
            if (!uri.getScheme().equals("jar")) {
                return read(Path.of(uri).getParent());
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return read(jar.provider().getPath(uri).getParent());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Example> read(Path folder) throws IOException {
        List<Example> examples = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(ENDING)) {
                    examples.add(
                            new Example(name.substring(0, name.length() - ENDING.length()), Files.readString(file)));
                }
            }
        }
        return examples;
    }
}
