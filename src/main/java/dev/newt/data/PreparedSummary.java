package dev.newt.data;

import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What prepared data hold, without reading their tokens. */
public final class PreparedSummary {
    private final int[] lengths;

    private PreparedSummary(int[] lengths) {
        this.lengths = lengths;
    }

    /**
     * Reads the lengths of an entry of the cache; empty where there is none that is whole.
     *
     * @param groupSize examples that are never parted
     * @param validation whether rows of it are set aside
     * @param mixing of the data sets
     * @param seed of their order
     */
    public static Optional<PreparedSummary> read(
            Path directory, int groupSize, boolean validation, Mixing mixing, long seed) {
        try {
            Path manifest = directory.resolve(PreparedCache.MANIFEST);
            if (!Files.isRegularFile(manifest)) {
                return Optional.empty();
            }
            JsonNode files =
                    JsonMapper.shared().readTree(Files.readString(manifest)).path("files");
            Path lengths = directory.resolve(Preparation.TRAIN + ".lengths");
            if (!files.has(lengths.getFileName().toString())) {
                return Optional.empty();
            }
            int[] all = TokenFile.readInts(lengths);
            boolean[] aside = new boolean[all.length / groupSize];
            if (validation) {
                for (int row : TokenFile.readInts(directory.resolve(Preparation.VALIDATION_ROWS))) {
                    aside[row] = true;
                }
            }
            int[] rows =
                    IntStream.range(0, aside.length).filter(row -> !aside[row]).toArray();
            int[] counts = TokenFile.readInts(directory.resolve(Preparation.TRAIN + Preparation.PARTS));
            return Optional.of(new PreparedSummary(IntStream.of(mixing.order(rows, counts, seed))
                    .map(row -> TokenFile.groupLength(all, row, groupSize))
                    .toArray()));
        } catch (IOException | JacksonException | IndexOutOfBoundsException | UserException e) {
            return Optional.empty(); // The next run prepares them again.
        }
    }

    /** Tokens of each group of an epoch; those set aside for validation are left out. */
    public int[] lengths() {
        return lengths.clone();
    }

    public long tokens() {
        return IntStream.of(lengths).asLongStream().sum();
    }
}
