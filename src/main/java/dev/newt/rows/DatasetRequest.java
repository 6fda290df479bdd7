package dev.newt.rows;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What a dataset entry asks for.
 *
 * @param path a file, a folder, a pattern, an address, or {@code organisation/name} on the hub; what exists here wins
 * @param dataFiles names or patterns in the folder or repository, or addresses; empty for all
 * @param dsType the format where a file's name does not tell it
 * @param split which rows
 * @param repo what of a repository
 */
public record DatasetRequest(
        String path, List<String> dataFiles, Optional<Format> dsType, Split split, RepoChoice repo) {
    /** Where {@code path} stands for a way of reading, as in Hugging Face's load_dataset, and {@code data_files} for what is read. */
    private static final Set<String> WAYS = Set.of("json", "csv", "parquet", "arrow", "text");

    /** With a way of reading told as the format that it is. */
    DatasetRequest plain(Function<String, Path> resolver) {
        boolean way = WAYS.contains(path)
                && !dataFiles.isEmpty()
                && !resolver.apply(path).toFile().exists();
        return way
                ? new DatasetRequest(path, dataFiles, dsType.or(() -> Optional.of(Format.named(path))), split, repo)
                : this;
    }
}
