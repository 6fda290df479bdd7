package dev.newt.data.source;

import dev.newt.io.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Finds the files that a dataset entry means. */
public final class DataFiles {
    private static final Set<String> TRAIN = Set.of("train", "training");
    private static final Set<String> TEST = Set.of("test", "testing", "eval", "evaluation");
    private static final Set<String> VALIDATION = Set.of("validation", "valid", "val", "dev");

    private DataFiles() {}

    /**
     * Lists the files of {@code path} in the order of their names.
     *
     * @param path a file, a directory or a pattern with {@code * ? [ ] { }}
     * @param dataFiles names or patterns below the directory {@code path}; empty for all
     * @param dsType the format where a file's name does not tell it
     * @param split of a directory, the files named after another split are left out, and all others too if some are named after this one
     * @param resolver from a path as written to where it is
     */
    public static List<DataFile> find(
            String path,
            List<String> dataFiles,
            Optional<Format> dsType,
            Split split,
            Function<String, Path> resolver) {
        List<Path> found = new ArrayList<>();
        if (!dataFiles.isEmpty()) {
            for (String name : dataFiles) {
                found.addAll(listed(path, name, resolver));
            }
        } else if (isPattern(path) && !Files.exists(resolver.apply(path))) {
            found.addAll(matching(path, resolver));
        } else {
            Path place = resolver.apply(path);
            if (Files.isRegularFile(place)) {
                found.add(place);
            } else if (Files.isDirectory(place)) {
                found.addAll(ofSplit(below(place, dsType), split));
            } else {
                throw new UserException(place + ": does not exist. datasets: path must name a file, a directory or a"
                        + " pattern; relative paths start at the configuration's directory.");
            }
        }
        if (found.isEmpty()) {
            throw new UserException(path + ": no data files found"
                    + dsType.map(format -> " of ds_type " + format.name().toLowerCase(Locale.ROOT))
                            .orElse(" (.json, .jsonl, .csv, .tsv, .parquet)")
                    + " for split " + split.name() + ".");
        }
        List<DataFile> files = new ArrayList<>();
        for (Path file : found) {
            Format format = dsType.or(() -> Format.of(file))
                    .orElseThrow(() -> new UserException(
                            file + ": the name does not tell the format. Set ds_type to json, csv or parquet."));
            files.add(new DataFile(file.toAbsolutePath().normalize(), format));
        }
        return files;
    }

    private static List<Path> listed(String path, String name, Function<String, Path> resolver) {
        Path place = resolver.apply(path);
        Function<String, Path> inside = Files.isDirectory(place) ? place::resolve : resolver;
        if (isPattern(name)) {
            return matching(name, inside);
        }
        Path file = inside.apply(name);
        if (!Files.isRegularFile(file)) {
            throw new UserException(file + ": does not exist, but is named in data_files.");
        }
        return List.of(file);
    }

    private static List<Path> matching(String pattern, Function<String, Path> resolver) {
        int special = firstSpecial(pattern);
        int slash = Math.max(pattern.lastIndexOf('/', special), pattern.lastIndexOf('\\', special));
        String fixed = slash < 0 ? "." : slash == 0 ? "/" : pattern.substring(0, slash);
        Path base = resolver.apply(fixed).normalize();
        if (!Files.isDirectory(base)) {
            throw new UserException(base + ": is not a directory, but \"" + pattern + "\" looks for files in it.");
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern.substring(slash + 1));
        List<Path> files = walk(base).stream()
                .filter(file -> matcher.matches(base.relativize(file)))
                .toList();
        if (files.isEmpty()) {
            throw new UserException(base + ": no file matches \"" + pattern.substring(slash + 1) + "\".");
        }
        return files;
    }

    private static List<Path> below(Path directory, Optional<Format> dsType) {
        return walk(directory).stream()
                .filter(file -> {
                    Optional<Format> format = Format.of(file);
                    return format.isPresent() && (dsType.isEmpty() || dsType.equals(format));
                })
                .toList();
    }

    private static List<Path> ofSplit(List<Path> files, Split split) {
        Set<String> wanted = words(split.name());
        List<Path> named = files.stream().filter(file -> hasWord(file, wanted)).toList();
        if (!named.isEmpty()) {
            return named;
        }
        if (!wanted.equals(TRAIN)) {
            return List.of();
        }
        return files.stream()
                .filter(file -> !hasWord(file, TEST) && !hasWord(file, VALIDATION))
                .toList();
    }

    private static Set<String> words(String split) {
        String name = split.toLowerCase(Locale.ROOT);
        for (Set<String> words : List.of(TRAIN, TEST, VALIDATION)) {
            if (words.contains(name)) {
                return words;
            }
        }
        return Set.of(name);
    }

    private static boolean hasWord(Path file, Set<String> words) {
        return Arrays.stream(Format.plainName(file).split("[^a-z]+")).anyMatch(words::contains);
    }

    private static List<Path> walk(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !hidden(directory.relativize(file)))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new UserException(directory + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    private static boolean hidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".") || part.toString().startsWith("__")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPattern(String path) {
        return firstSpecial(path) >= 0;
    }

    private static int firstSpecial(String path) {
        for (int i = 0; i < path.length(); i++) {
            if ("*?[{".indexOf(path.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }
}
