package dev.newt.train;

import java.nio.file.Path;

/** Where a run begins. */
public sealed interface Resume {
    /** At step 0. */
    record Fresh() implements Resume {}

    /** At the latest whole checkpoint of the output directory, or at step 0 where there is none. */
    record Latest() implements Resume {}

    /** At this checkpoint directory. */
    record From(Path checkpoint) implements Resume {}
}
