package dev.newt.data;

/** Hears how far preparation is. Called from one thread at a time. */
@FunctionalInterface
public interface Progress {
    /** Hears nothing. */
    Progress NONE = (dataset, rows) -> {};

    /**
     * Some more rows are done.
     *
     * @param dataset its path as configured
     * @param rows done so far of this dataset
     */
    void rows(String dataset, long rows);
}
