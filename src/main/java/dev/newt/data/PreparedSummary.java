package dev.newt.data;

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
     * @param validation whether rows of it are set aside
     */
    public static Optional<PreparedSummary> read(Path directory, boolean validation) {
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
            boolean[] aside = new boolean[all.length];
            if (validation) {
                for (int row : TokenFile.readInts(directory.resolve(Preparation.VALIDATION_ROWS))) {
                    aside[row] = true;
                }
            }
            return Optional.of(new PreparedSummary(IntStream.range(0, all.length)
                    .filter(row -> !aside[row])
                    .map(row -> all[row])
                    .toArray()));
        } catch (IOException | JacksonException | IndexOutOfBoundsException e) {
            return Optional.empty(); // The next run prepares them again.
        }
    }

    /** Tokens of each training example; those set aside for validation are left out. */
    public int[] lengths() {
        return lengths.clone();
    }

    public long tokens() {
        return IntStream.of(lengths).asLongStream().sum();
    }
}
