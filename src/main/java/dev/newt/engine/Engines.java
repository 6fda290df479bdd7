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

    /** The engine is the caller's to close. */
    public static Engine open(Device device) {
        return switch (device) {
            case CPU -> DjlEngine.create();
        };
    }
}
