package dev.newt.data;

import dev.newt.rows.RawRow;
import dev.newt.rows.RowReader;
import java.util.ArrayList;
import java.util.List;

/** The rows of several data sets in the order in which {@link Mixing} joins them, read as they are asked for. For one thread. */
final class RowMixer {
    private final List<DataSource> sources;
    private final Mixing mixing;
    private final long seed;
    private final String key;

    /** @param key under which the data sets are configured */
    RowMixer(List<DataSource> sources, Mixing mixing, long seed, String key) {
        this.sources = sources;
        this.mixing = mixing;
        this.seed = seed;
        this.key = key;
    }

    /** Takes a row and the data set that it is of. */
    @FunctionalInterface
    interface Sink {
        void accept(RawRow row, DataSource source);
    }

    /** Hands on the rows of one pass. Every pass draws its turns anew. */
    void pass(int number, Sink sink) {
        if (mixing.strategy() == Mixing.Strategy.CONCAT) {
            concatenated(sink);
        } else {
            interleaved(mixing.turns(sources.size(), seed + number), sink);
        }
    }

    private void concatenated(Sink sink) {
        try (RowReader reader = new RowReader()) {
            for (DataSource source : sources) {
                if (!source.read(reader, seed, row -> sink.accept(row, source))) {
                    throw source.hasNoRows(key);
                }
            }
        }
    }

    private void interleaved(Mixing.Turns turns, Sink sink) {
        List<RowPuller> pullers = new ArrayList<>();
        try {
            sources.forEach(source -> pullers.add(new RowPuller(source, seed, key)));
            while (!turns.over()) {
                int part = turns.next();
                RowPuller.Pulled pulled = pullers.get(part).next();
                sink.accept(pulled.row(), sources.get(part));
                if (pulled.last()) {
                    turns.ended(part);
                }
            }
        } finally {
            pullers.forEach(RowPuller::close);
        }
    }
}
