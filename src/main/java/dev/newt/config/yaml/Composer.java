package dev.newt.config.yaml;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads a file and the files it extends into one tree. Mappings are merged key by key, where the extending file takes precedence over
 * what it extends, and a later file in the list over an earlier one; all other values are replaced.
 */
public final class Composer {
    /** The key that names other files, relative to the file it is in. */
    public static final String EXTENDS = "extends";

    private static final int MAX_DEPTH = 10;
    private static final int MAX_FILES = 100;

    private final Variables variables;
    private final List<Problem> problems;
    private final List<Source> files = new ArrayList<>();

    public Composer(Variables variables, List<Problem> problems) {
        this.variables = variables;
        this.problems = problems;
    }

    /** The files that were read, starting with the main one. */
    public List<Source> files() {
        return List.copyOf(files);
    }

    /** Empty, with a problem, if a file cannot be used at all. */
    public Optional<YamlTree.Mapping> read(Path file) {
        return read(file, List.of());
    }

    /** As {@link #read(Path)}, with a text in place of what the file holds; the file need not be there. */
    public Optional<YamlTree.Mapping> read(Path file, String text) {
        return read(file, SourceReader.of(file, text, files.size(), problems), List.of());
    }

    /** @param chain the files that led here through {@code extends} */
    private Optional<YamlTree.Mapping> read(Path file, List<Path> chain) {
        return read(file, SourceReader.read(file, files.size(), problems), chain);
    }

    private Optional<YamlTree.Mapping> read(Path file, Optional<Source> text, List<Path> chain) {
        return text.flatMap(source -> {
            files.add(source);
            int before = problems.size();
            Optional<YamlTree> tree = YamlReader.readFile(source, problems);
            if (!(tree.orElse(null) instanceof YamlTree.Mapping own)) {
                if (problems.size() == before) {
                    problems.add(notAMapping(source, tree));
                }
                return Optional.empty();
            }
            return withExtended(own, append(chain, file));
        });
    }

    private static Problem notAMapping(Source source, Optional<YamlTree> tree) {
        boolean empty = tree.isEmpty() || tree.get() instanceof YamlTree.Scalar scalar && scalar.isNull();
        return Problem.error(
                tree.map(YamlTree::place).orElse(Place.start(source)),
                empty
                        ? "the file is empty; write at least base_model, datasets and learning_rate"
                        : "the file is " + tree.get().describe() + "; it must hold keys with values, key: value");
    }

    private Optional<YamlTree.Mapping> withExtended(YamlTree.Mapping own, List<Path> chain) {
        YamlTree.Entry entry = own.entries().remove(EXTENDS);
        if (entry == null) {
            return Optional.of(own);
        }
        YamlTree.Mapping merged = new YamlTree.Mapping(own.place());
        boolean whole = true;
        for (YamlTree item : entry.value() instanceof YamlTree.Sequence list ? list.items() : List.of(entry.value())) {
            if (item instanceof YamlTree.Scalar scalar && scalar.isNull()) {
                continue;
            }
            Optional<YamlTree.Mapping> extended = extended(item, chain);
            extended.ifPresent(mapping -> merge(merged, mapping));
            whole &= extended.isPresent();
        }
        merge(merged, own);
        return whole ? Optional.of(merged) : Optional.empty();
    }

    private Optional<YamlTree.Mapping> extended(YamlTree item, List<Path> chain) {
        if (!(item instanceof YamlTree.Scalar written)) {
            return refuse(
                    item.place(),
                    "extends is " + item.describe() + "; it takes the name of a file, or a list of names");
        }
        return variables.resolve(written).flatMap(name -> {
            Path current = chain.get(chain.size() - 1);
            Path file;
            try {
                file = current.resolveSibling(home(name.text())).normalize();
            } catch (InvalidPathException e) {
                return refuse(item.place(), "extends: " + name.describe() + " is not a path: " + e.getReason());
            }
            List<Path> longer = append(chain, file);
            if (!Files.exists(file)) {
                return refuse(
                        item.place(),
                        "extends: there is no file " + file + way(longer) + "; the name is relative to the folder of "
                                + current.getFileName());
            }
            if (chain.stream().anyMatch(earlier -> isSame(earlier, file))) {
                return refuse(item.place(), "extends forms a circle" + way(longer) + "; remove one of them");
            }
            if (chain.size() > MAX_DEPTH) {
                return refuse(item.place(), "extends is nested more than " + MAX_DEPTH + " files deep" + way(longer));
            }
            if (files.size() >= MAX_FILES) {
                return refuse(item.place(), "extends: more than " + MAX_FILES + " files are read" + way(longer));
            }
            return read(file, chain);
        });
    }

    private Optional<YamlTree.Mapping> refuse(Place place, String message) {
        problems.add(Problem.error(place, message).about(EXTENDS).seeAlso("docs/configuration.md"));
        return Optional.empty();
    }

    private static String home(String written) {
        return written.startsWith("~/") ? System.getProperty("user.home") + written.substring(1) : written;
    }

    private static boolean isSame(Path a, Path b) {
        try {
            return Files.isSameFile(a, b);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String way(List<Path> chain) {
        return chain.stream().map(Path::toString).collect(Collectors.joining(" -> ", ": ", ""));
    }

    private static List<Path> append(List<Path> paths, Path path) {
        List<Path> longer = new ArrayList<>(paths);
        longer.add(path);
        return longer;
    }

    /** Overlays the keys of one mapping on those of another. */
    private static void merge(YamlTree.Mapping into, YamlTree.Mapping from) {
        for (Map.Entry<String, YamlTree.Entry> entry : from.entries().entrySet()) {
            YamlTree.Entry below = into.entries().get(entry.getKey());
            if (below != null
                    && below.value() instanceof YamlTree.Mapping under
                    && entry.getValue().value() instanceof YamlTree.Mapping over) {
                merge(under, over);
            } else {
                into.entries().put(entry.getKey(), entry.getValue());
            }
        }
    }
}
