package dev.newt.data;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Leaves out of equal rows all but the first. For one thread. */
final class RowFilter {
    private final Optional<Fingerprints> seen;
    private long duplicates;

    /** @param deduplicate whether rows that equal an earlier one of any data set are left out */
    RowFilter(boolean deduplicate) {
        this.seen = deduplicate ? Optional.of(new Fingerprints()) : Optional.empty();
    }

    boolean needsFingerprints() {
        return seen.isPresent();
    }

    /** Whether no earlier row had this fingerprint of 16 bytes or more. */
    boolean isNew(byte[] fingerprint) {
        if (seen.isEmpty()) {
            return true;
        }
        ByteBuffer hash = ByteBuffer.wrap(fingerprint);
        boolean isNew = seen.get().add(hash.getLong(), hash.getLong());
        duplicates += isNew ? 0 : 1;
        return isNew;
    }

    /** Rows that were left out because they equal an earlier one, since the last call. */
    long takeDuplicates() {
        long taken = duplicates;
        duplicates = 0;
        return taken;
    }
}
