package dev.newt.rows;

import dev.newt.io.UserException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides from their names alone which files of a folder hold the rows of a split, so that a local folder and a remote repository are
 * treated alike. Names are relative to the folder, with {@code /} between their parts.
 *
 * <p>The rules are those of Hugging Face's datasets library: {@code data/SPLIT-00000-of-00001.*} first, then folders, then files named
 * after a split; if no name follows these rules, everything is training data.
 */
public final class FileSelection {
    private static final Set<String> TRAIN = Set.of("train", "training");
    private static final Set<String> TEST = Set.of("test", "testing", "eval", "evaluation");
    private static final Set<String> VALIDATION = Set.of("validation", "valid", "val", "dev");
    private static final Pattern SHARD = Pattern.compile("(?:.*/)?data/(\\w+(?:\\.\\w+)*)-\\d{5}-of-\\d{5}[^/]*");
    /** Files that describe the data they lie next to. */
    private static final Set<String> ABOUT =
            Set.of("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "config.json");

    private FileSelection() {}

    /** The data files among {@code names}. Plain text counts only if there is nothing else: next to data files it is a note. */
    public static List<String> data(List<String> names, Optional<Format> dsType) {
        List<String> data = names.stream()
                .filter(name -> !hidden(name) && !ABOUT.contains(lastPart(name)))
                .filter(name -> {
                    Optional<Format> format = Format.of(Path.of(name));
                    return format.isPresent() && (dsType.isEmpty() || dsType.equals(format));
                })
                .sorted()
                .toList();
        List<String> tables = data.stream()
                .filter(name -> !Format.of(Path.of(name)).equals(Optional.of(Format.TEXT)))
                .toList();
        return tables.isEmpty() ? data : tables;
    }

    /** The data files among {@code names} that belong to a split; none if there is no such split. */
    public static List<String> ofSplit(List<String> names, Split split) {
        Set<String> wanted = words(split.name());
        if (names.stream().anyMatch(name -> SHARD.matcher(name).matches())) {
            return filtered(
                    names, name -> shardOf(name).filter(wanted::contains).isPresent());
        }
        List<Predicate<String>> rules = List.of(
                name -> folders(name).contains(split.name()),
                name -> startsWith(lastPart(name), split.name()),
                name -> folders(name).stream().anyMatch(folder -> hasWord(folder, wanted)),
                name -> hasWord(plainName(name), wanted));
        for (Predicate<String> rule : rules) {
            List<String> named = filtered(names, rule);
            if (!named.isEmpty()) {
                return named;
            }
        }
        return wanted.equals(TRAIN)
                ? filtered(names, name -> !hasAnywhere(name, TEST) && !hasAnywhere(name, VALIDATION))
                : List.of();
    }

    /** The names of the splits that occur in the files' names, for messages. */
    public static Set<String> splits(List<String> names) {
        Set<String> splits = new TreeSet<>();
        for (String name : names) {
            shardOf(name).ifPresent(splits::add);
            for (Set<String> words : List.of(TRAIN, TEST, VALIDATION)) {
                words.stream().filter(word -> hasAnywhere(name, Set.of(word))).forEach(splits::add);
            }
        }
        return splits;
    }

    /**
     * The files among {@code names} that match the given names or patterns, in the order of the latter.
     *
     * @throws UserException if one matches nothing
     */
    public static List<String> listed(List<String> names, List<String> dataFiles, String origin) {
        return dataFiles.stream()
                .flatMap(wanted -> {
                    List<String> found = isPattern(wanted)
                            ? filtered(names, name -> matches(wanted, Path.of(name)))
                            : filtered(names, wanted::equals);
                    if (found.isEmpty()) {
                        throw new UserException(origin + ": has no file " + wanted + ", which is named in data_files.");
                    }
                    return found.stream();
                })
                .distinct()
                .toList();
    }

    /** Whether a path matches a pattern. A leading {@code **}{@code /} also matches no folder at all. */
    static boolean matches(String pattern, Path path) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        return matcher.matches(path) || (pattern.startsWith("**/") && matches(pattern.substring(3), path));
    }

    static boolean isPattern(String path) {
        return firstSpecial(path) >= 0;
    }

    static int firstSpecial(String path) {
        for (int i = 0; i < path.length(); i++) {
            if ("*?[{".indexOf(path.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    static boolean hidden(String name) {
        return Arrays.stream(name.split("/")).anyMatch(part -> part.startsWith(".") || part.startsWith("__"));
    }

    private static List<String> filtered(List<String> names, Predicate<String> rule) {
        return names.stream().filter(rule).toList();
    }

    private static Optional<String> shardOf(String name) {
        Matcher matcher = SHARD.matcher(name);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static Set<String> words(String split) {
        String name = split.toLowerCase(Locale.ROOT);
        for (Set<String> words : List.of(TRAIN, TEST, VALIDATION)) {
            if (words.contains(name)) {
                return words;
            }
        }
        return Set.of(split);
    }

    private static boolean startsWith(String fileName, String split) {
        return fileName.startsWith(split)
                && fileName.length() > split.length()
                && "-._ ".indexOf(fileName.charAt(split.length())) >= 0;
    }

    private static boolean hasAnywhere(String name, Set<String> words) {
        return hasWord(plainName(name), words) || folders(name).stream().anyMatch(folder -> hasWord(folder, words));
    }

    private static boolean hasWord(String text, Set<String> words) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^a-z]+")).anyMatch(words::contains);
    }

    private static String plainName(String name) {
        return Format.plainName(Path.of(name));
    }

    private static List<String> folders(String name) {
        String[] parts = name.split("/");
        return Arrays.asList(parts).subList(0, parts.length - 1);
    }

    private static String lastPart(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }
}
