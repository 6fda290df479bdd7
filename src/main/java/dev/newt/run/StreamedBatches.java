package dev.newt.run;

import dev.newt.data.DataPosition;
import dev.newt.data.DataStream;
import dev.newt.data.DatasetStatistics;
import dev.newt.data.MicroBatch;
import dev.newt.data.dataset.Example;
import dev.newt.data.pack.BatchSettings;
import dev.newt.data.pack.Units;
import dev.newt.train.BatchSource;
import dev.newt.train.StepData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Streamed examples as optimizer steps: the bins, or single examples, of one window behind those of the other. For one thread. */
final class StreamedBatches implements BatchSource, AutoCloseable {
    private final Function<DataPosition, DataStream> opener;
    private final BatchSettings settings;
    private final long steps;

    private Optional<DataStream> stream = Optional.empty();
    private Optional<Planned> current = Optional.empty();
    private Optional<DatasetStatistics> statistics = Optional.empty();
    private DataPosition position = DataPosition.START;

    /**
     * @param opener begins a stream at the window of a position
     * @param steps of the whole run, which is what such data have for an epoch
     */
    StreamedBatches(Function<DataPosition, DataStream> opener, BatchSettings settings, long steps) {
        this.opener = opener;
        this.settings = settings;
        this.steps = steps;
    }

    private record Planned(DataStream.Window window, Units units) {}

    @Override
    public long stepsPerEpoch() {
        return steps;
    }

    @Override
    public StepData step(long globalStep, DataPosition from) {
        seek(from);
        List<MicroBatch> microBatches = new ArrayList<>();
        for (int i = 0; i < settings.gradientAccumulationSteps(); i++) {
            List<Example> examples = new ArrayList<>();
            for (int unit = 0; unit < settings.microBatchSize(); unit++) {
                addUnit(examples);
            }
            microBatches.add(MicroBatch.of(examples));
        }
        return new StepData(microBatches, position);
    }

    /** Goes on from here: where the stream stands, or by opening it anew. */
    void seek(DataPosition from) {
        if (stream.isPresent() && position.equals(from)) {
            return;
        }
        close();
        stream = Optional.of(opener.apply(from));
        position = from;
    }

    /** Waits for the rows of the next step. */
    void awaitWindow() {
        if (current.isEmpty()) {
            nextWindow();
        }
    }

    /** What became of the rows that were read since {@link #seek} opened the stream; empty before the first window is there. */
    Optional<DatasetStatistics> statistics() {
        return statistics;
    }

    private void addUnit(List<Example> examples) {
        Planned planned = current.orElseGet(this::nextWindow);
        DataStream.Window window = planned.window();
        for (int group : planned.units().get(position.bins())) {
            examples.addAll(window.groups().get(group));
        }
        if (position.bins() + 1 < planned.units().size()) {
            position = new DataPosition(window.firstRow(), window.number(), position.bins() + 1);
        } else {
            position = new DataPosition(window.endRow(), window.number() + 1, 0);
            current = Optional.empty();
        }
    }

    private Planned nextWindow() {
        DataStream.Window window = stream.orElseThrow().next();
        int[] lengths = window.groups().stream()
                .mapToInt(group -> group.stream().mapToInt(Example::length).sum())
                .toArray();
        Planned planned = new Planned(window, Units.of(lengths, settings, window.number()));
        current = Optional.of(planned);
        statistics = Optional.of(window.statistics());
        return planned;
    }

    @Override
    public void close() {
        stream.ifPresent(DataStream::close);
        stream = Optional.empty();
        current = Optional.empty();
    }
}
