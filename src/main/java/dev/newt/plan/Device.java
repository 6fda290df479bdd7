package dev.newt.plan;

import dev.newt.config.yaml.Suggestion;
import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a run is planned for.
 *
 * @param name as {@code --on} takes it; {@code here} for the machine that plans
 * @param memoryBytes that it has
 * @param multipliesBf16 in hardware
 * @param peakFlops of dense matrix products in the type that {@code bf16: auto} chooses, by the maker's data sheet; empty for processors
 */
public record Device(
        String name, boolean processor, long memoryBytes, boolean multipliesBf16, OptionalDouble peakFlops) {
    private static final Pattern PROCESSOR = Pattern.compile("cpu-(\\d{1,6})gb");

    /** Memory in MiB as the driver tells it, TFLOPS in bfloat16 with sums in 32 bits and without sparsity. */
    private static final List<Device> GRAPHICS = List.of(
            new Device("t4-16gb", false, 15_360L << 20, false, OptionalDouble.of(8.1e12)),
            gpu("l4-24gb", 23_034, 121),
            gpu("a10-24gb", 23_028, 125),
            gpu("rtx3090-24gb", 24_576, 71),
            gpu("rtx4090-24gb", 24_564, 165),
            gpu("rtx5090-32gb", 32_607, 209),
            gpu("a100-40gb", 40_960, 312),
            gpu("l40s-48gb", 46_068, 362),
            gpu("a6000-48gb", 49_140, 155),
            gpu("a100-80gb", 81_920, 312),
            gpu("h100-80gb", 81_559, 989),
            gpu("h200-141gb", 143_771, 989),
            gpu("b200-180gb", 183_359, 2_250));

    private static Device gpu(String name, long mebibytes, double teraflops) {
        return new Device(name, false, mebibytes << 20, true, OptionalDouble.of(teraflops * 1e12));
    }

    /** This machine's processor and memory, or the part of it that its control group allows. */
    public static Device here() {
        return here(Processor.CPUINFO);
    }

    static Device here(Path cpuinfo) {
        return new Device(
                "here", true, MachineMemory.bytes(), Processor.multipliesBf16(cpuinfo), OptionalDouble.empty());
    }

    /**
     * A device by its name, such as {@code h100-80gb}. {@code cpu-24gb} is this machine's processor with other memory.
     *
     * @throws UserException that lists the names, where there is none
     */
    public static Device named(String name) {
        Matcher processor = PROCESSOR.matcher(name);
        if (processor.matches()) {
            long gibibytes = Long.parseLong(processor.group(1));
            return new Device(
                    name, true, gibibytes << 30, Processor.multipliesBf16(Processor.CPUINFO), OptionalDouble.empty());
        }
        return find(name)
                .orElseThrow(() -> new UserException("--on " + name + " is not a device that is known here. "
                        + Suggestion.nearest(name, names())
                                .map(near -> "Did you mean " + near + "? ")
                                .orElse("")
                        + "There are " + String.join(", ", names()) + ", and cpu-NNgb for any number"));
    }

    private static Optional<Device> find(String name) {
        return GRAPHICS.stream().filter(device -> device.name().equals(name)).findFirst();
    }

    static List<String> names() {
        return GRAPHICS.stream().map(Device::name).toList();
    }
}
