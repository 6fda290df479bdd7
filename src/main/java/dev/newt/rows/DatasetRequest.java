package dev.newt.rows;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What a dataset entry requests.
 *
 * @param path a file, a folder, a pattern, an address, or {@code organisation/name} on the hub; what exists locally wins
 * @param dataFiles names or patterns in the folder or repository, or addresses; empty for all
 * @param dsType the format, if a file's name does not tell it
 * @param split which rows to read
 * @param repo which part of a repository
 */
public record DatasetRequest(
        String path, List<String> dataFiles, Optional<Format> dsType, Split split, RepoChoice repo) {
    /** The values of {@code path} that name a format, as in Hugging Face's load_dataset; {@code data_files} then names the files. */
    private static final Set<String> WAYS = Set.of("json", "csv", "parquet", "arrow", "text");

    /** The same request with such a value of {@code path} turned into {@code dsType}. */
    DatasetRequest plain(Function<String, Path> resolver) {
        boolean way = WAYS.contains(path)
                && !dataFiles.isEmpty()
                && !resolver.apply(path).toFile().exists();
        return way
                ? new DatasetRequest(path, dataFiles, dsType.or(() -> Optional.of(Format.named(path))), split, repo)
                : this;
    }
}
