package dev.newt.api;

import dev.newt.data.Progress;
import dev.newt.hub.DownloadListener;
import dev.newt.train.StopRequest;
import dev.newt.train.TrainingListener;
import java.util.ArrayList;
import java.util.List;

/**
 * Who hears what a training does, and how it may be ended. Nothing here changes a number.
 *
 * @param listeners hear every event, in this order, on the training thread; an exception thrown by one ends the run
 * @param stop ends the run after the micro batch at hand, with a checkpoint
 * @param downloads hears what is fetched
 * @param preparation hears how far the rows are prepared
 * @param answers hears how far the held-out questions are answered
 * @param evenIfTooLarge whether a run starts that surely does not fit into memory
 */
public record TrainingOptions(
        List<TrainingListener> listeners,
        StopRequest stop,
        DownloadListener downloads,
        Progress preparation,
        AnswerListener answers,
        boolean evenIfTooLarge) {
    public TrainingOptions {
        listeners = List.copyOf(listeners);
    }

    /** Nobody hears anything, and nobody ends the run. */
    public static TrainingOptions quiet() {
        return new TrainingOptions(
                List.of(), new StopRequest(), DownloadListener.silent(), Progress.NONE, AnswerListener.NONE, false);
    }

    /** The same with one more listener. */
    public TrainingOptions listener(TrainingListener listener) {
        List<TrainingListener> more = new ArrayList<>(listeners);
        more.add(listener);
        return new TrainingOptions(more, stop, downloads, preparation, answers, evenIfTooLarge);
    }

    /** The same, ended by a request that any thread may make. */
    public TrainingOptions stop(StopRequest request) {
        return new TrainingOptions(listeners, request, downloads, preparation, answers, evenIfTooLarge);
    }

    /** The same, with somebody who hears of downloads. */
    public TrainingOptions downloads(DownloadListener listener) {
        return new TrainingOptions(listeners, stop, listener, preparation, answers, evenIfTooLarge);
    }

    /** The same, with somebody who hears of the preparation. */
    public TrainingOptions preparation(Progress progress) {
        return new TrainingOptions(listeners, stop, downloads, progress, answers, evenIfTooLarge);
    }

    /** The same, with somebody who hears of answers. */
    public TrainingOptions answers(AnswerListener listener) {
        return new TrainingOptions(listeners, stop, downloads, preparation, listener, evenIfTooLarge);
    }

    /** The same, and whether a run starts that surely does not fit into memory. */
    public TrainingOptions evenIfTooLarge(boolean start) {
        return new TrainingOptions(listeners, stop, downloads, preparation, answers, start);
    }
}
