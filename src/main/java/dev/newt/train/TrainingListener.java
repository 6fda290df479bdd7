package dev.newt.train;

/** Hears what happens in a run, in order, on the training thread. An exception thrown here ends the run. */
@FunctionalInterface
public interface TrainingListener {
    void on(TrainingEvent event);
}
