package dev.newt.rows;

import dev.newt.hub.DownloadListener;
import dev.newt.io.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Finds the files that a dataset entry means. */
public final class DataFiles {
    private DataFiles() {}

    /** {@link #find(DatasetRequest, Function, RemoteData)} with the caches given by the environment. */
    public static List<DataFile> find(DatasetRequest request, Function<String, Path> resolver) {
        return find(request, resolver, RemoteData.fromEnvironment(DownloadListener.silent()));
    }

    /**
     * Lists the files of a dataset entry in the order of their names. Nothing is downloaded: the files of a repository or address must be in the cache already.
     *
     * @param resolver maps a path as written to its location
     */
    public static List<DataFile> find(DatasetRequest asked, Function<String, Path> resolver, RemoteData remote) {
        DatasetRequest request = asked.plain(resolver);
        List<Path> found = remote.find(request, resolver)
                .orElseGet(
                        () -> here(request.path(), request.dataFiles(), request.dsType(), request.split(), resolver));
        List<DataFile> files = new ArrayList<>();
        for (Path file : found) {
            Format format = request.dsType()
                    .or(() -> Format.of(file))
                    .orElseThrow(
                            () -> new UserException(
                                    file
                                            + ": its name does not say which format it has. Set ds_type to json, csv, parquet, arrow or text."));
            files.add(new DataFile(file.toAbsolutePath().normalize(), format));
        }
        return files;
    }

    private static List<Path> here(
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
        } else if (FileSelection.isPattern(path) && !Files.exists(resolver.apply(path))) {
            found.addAll(matching(path, resolver));
        } else {
            Path place = resolver.apply(path);
            if (Files.isRegularFile(place)) {
                found.add(place);
            } else if (Files.isDirectory(place)) {
                found.addAll(ofFolder(place, dsType, split));
            } else {
                throw new UserException(place + ": does not exist. datasets: path must name a file, a directory or a"
                        + " pattern; relative paths are relative to the configuration's directory.");
            }
        }
        return found;
    }

    private static List<Path> listed(String path, String name, Function<String, Path> resolver) {
        Path place = resolver.apply(path);
        Function<String, Path> inside = Files.isDirectory(place) ? place::resolve : resolver;
        if (FileSelection.isPattern(name)) {
            return matching(name, inside);
        }
        Path file = inside.apply(name);
        if (!Files.isRegularFile(file)) {
            throw new UserException(file + ": does not exist, although data_files names it.");
        }
        return List.of(file);
    }

    private static List<Path> matching(String pattern, Function<String, Path> resolver) {
        int special = FileSelection.firstSpecial(pattern);
        int slash = Math.max(pattern.lastIndexOf('/', special), pattern.lastIndexOf('\\', special));
        String fixed = slash < 0 ? "." : slash == 0 ? "/" : pattern.substring(0, slash);
        Path base = resolver.apply(fixed).normalize();
        if (!Files.isDirectory(base)) {
            throw new UserException(base + ": is not a directory, but \"" + pattern + "\" would look for files in it.");
        }
        String rest = pattern.substring(slash + 1);
        List<Path> files = walk(base).stream()
                .filter(file -> FileSelection.matches(rest, base.relativize(file)))
                .toList();
        if (files.isEmpty()) {
            throw new UserException(base + ": no file matches \"" + rest + "\".");
        }
        return files;
    }

    private static List<Path> ofFolder(Path folder, Optional<Format> dsType, Split split) {
        List<String> names = walk(folder).stream()
                .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                .toList();
        SavedDataset.requirePlain(folder, names);
        return select(names, dsType, split, folder.toString()).stream()
                .map(folder::resolve)
                .toList();
    }

    /**
     * The names of the files that hold the rows of a split.
     *
     * @param names the names of all files in a folder or repository
     * @param origin where the names come from, for messages
     * @throws UserException if there are none
     */
    public static List<String> select(List<String> names, Optional<Format> dsType, Split split, String origin) {
        List<String> data = FileSelection.data(names, dsType);
        List<String> selected = FileSelection.ofSplit(data, split);
        if (selected.isEmpty()) {
            Set<String> splits = FileSelection.splits(data);
            throw new UserException(origin + ": no data files found"
                    + dsType.map(format -> " of ds_type " + format.name().toLowerCase(Locale.ROOT))
                            .orElse(" (.json, .jsonl, .csv, .tsv, .parquet, .arrow, .txt)")
                    + " for split " + split.name()
                    + (splits.isEmpty() ? "." : "; the splits are " + String.join(", ", splits) + "."));
        }
        return selected;
    }

    private static List<Path> walk(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !FileSelection.hidden(
                            directory.relativize(file).toString().replace('\\', '/')))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new UserException(directory + ": cannot be listed: " + e.getMessage(), e);
        }
    }
}
