package dev.newt.data;

import dev.newt.data.source.Row;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Predicate;

/** Which rows are prepared: those of the data set's shard, and of equal rows the first. For one thread. */
final class RowFilter {
    private final Optional<Fingerprints> seen;
    private final long seed;
    private long duplicates;

    /** @param deduplicate whether rows that equal an earlier one of any data set are left out */
    RowFilter(boolean deduplicate, long seed) {
        this.seen = deduplicate ? Optional.of(new Fingerprints()) : Optional.empty();
        this.seed = seed;
    }

    /** A filter for the rows of one data set, in order. */
    Predicate<Row> of(DatasetSettings dataset) {
        long[] next = {0};
        return row -> {
            long number = next[0]++;
            return dataset.shard().map(shard -> shard.has(number, seed)).orElse(true) && isNew(row);
        };
    }

    /** Rows that were left out because they equal an earlier one, since the last call. */
    long takeDuplicates() {
        long taken = duplicates;
        duplicates = 0;
        return taken;
    }

    private boolean isNew(Row row) {
        if (seen.isEmpty()) {
            return true;
        }
        ByteBuffer hash =
                ByteBuffer.wrap(new Sha256().add(row.fields().toString()).digest());
        boolean isNew = seen.get().add(hash.getLong(), hash.getLong());
        duplicates += isNew ? 0 : 1;
        return isNew;
    }
}
