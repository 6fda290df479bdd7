package dev.newt.plan;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How much memory this machine has. */
final class MachineMemory {
    private MachineMemory() {}

    /** Physical memory; inside a container, what it may use of it: the JVM reads both versions of Linux's control groups. */
    static long bytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }
}
