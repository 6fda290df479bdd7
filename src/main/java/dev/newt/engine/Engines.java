package dev.newt.engine;

import dev.newt.engine.djl.DjlEngine;
import dev.newt.tensor.Engine;

/** Opens the engine of a device. The only place where one is chosen. */
public final class Engines {
    private Engines() {}

    /** A device that an engine computes on. */
    public enum Device {
        /** The processors of this machine, as many as the container may use. */
        CPU
    }

    /** Begins to load what {@link #open} needs, beside the caller's own work. What goes wrong is told by {@link #open}. */
    public static void prepare(Device device) {
        Thread loading = new Thread(
                () -> {
                    try {
                        switch (device) {
                            case CPU -> DjlEngine.loadLibrary();
                        }
                    } catch (RuntimeException | LinkageError e) {
                        return; // open() meets it again.
                    }
                },
                "newt-engine-loading");
        loading.setDaemon(true);
        loading.start();
    }

    /** The engine is the caller's to close. */
    public static Engine open(Device device) {
        return switch (device) {
            case CPU -> DjlEngine.create();
        };
    }
}
