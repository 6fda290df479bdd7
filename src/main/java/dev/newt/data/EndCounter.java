package dev.newt.data;

import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.token.Tokenizer;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Counts, for each data set, the answers that are trained to end; for one thread. */
final class EndCounter {
    /** Tokens that end an answer of any of the data sets. */
    private final Set<Integer> endIds = new TreeSet<>();

    private final List<DataSource> sources;
    private final Map<DataSource, Counts> counts = new IdentityHashMap<>();

    private static final class Counts {
        private final String place;
        private long answers;
        private long ended;
        private long cut;

        Counts(String place) {
            this.place = place;
        }
    }

    EndCounter(List<DataSource> sources, Tokenizer tokenizer) {
        this.sources = List.copyOf(sources);
        tokenizer.eosId().ifPresent(endIds::add);
        sources.stream()
                .flatMap(source -> source.settings().chat().eotTokens().stream())
                .forEach(token -> tokenizer.idOf(token).ifPresent(endIds::add));
    }

    /**
     * Counts an example.
     *
     * @param whole before it was cut
     * @param kept what is left of it
     */
    void kept(RowEncoder.Encoded encoded, Example whole, Example kept) {
        if (encoded.ending() != Ending.NEEDED) {
            return;
        }
        Counts ofSource = counts.computeIfAbsent(
                encoded.source(), unused -> new Counts(encoded.row().place()));
        ofSource.answers++;
        if (trainsEnd(kept)) {
            ofSource.ended++;
        } else if (whole.length() > kept.length() && trainsEnd(whole)) {
            ofSource.cut++;
        }
    }

    /** Whether the last trained token of an example should be an end token, but is none. */
    boolean isMissing(Ending ending, Example example) {
        int last = example.length() - 1;
        while (last > 0 && !example.trained()[last]) {
            last--;
        }
        if (last < 1 || ending == Ending.FREE || endIds.contains(example.tokenIds()[last])) {
            return false;
        }
        // Where everything is trained, the row is no answer.
        return ending == Ending.NEEDED || example.trainedTokens() < example.length() - 1;
    }

    /** In the order of the data sets. */
    List<DatasetDetails.Ends> ends() {
        return IntStream.range(0, sources.size())
                .mapToObj(i -> {
                    Counts ofSource = counts.get(sources.get(i));
                    return ofSource == null
                            ? null
                            : new DatasetDetails.Ends(
                                    i, ofSource.answers, ofSource.ended, ofSource.cut, ofSource.place);
                })
                .filter(Objects::nonNull)
                .toList();
    }

    private boolean trainsEnd(Example example) {
        for (int i = example.length() - 1; i > 0; i--) {
            if (example.trained()[i] && endIds.contains(example.tokenIds()[i])) {
                return true;
            }
        }
        return false;
    }
}
