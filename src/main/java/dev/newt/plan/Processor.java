package dev.newt.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;

/** What the machine's processor can do. */
final class Processor {
    static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** Names in Linux's list of features; the last is ARM's. */
    private static final Set<String> BF16 = Set.of("avx512_bf16", "amx_bf16", "bf16");

    private Processor() {}

    /**
     * Whether the processor multiplies bfloat16 in hardware. Known on Linux alone.
     *
     * @param cpuinfo {@code /proc/cpuinfo}
     */
    static boolean multipliesBf16(Path cpuinfo) {
        if (!Files.isReadable(cpuinfo)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(cpuinfo)) {
            return lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .filter(line -> Arrays.stream(line.split("\\s+")).anyMatch(BF16::contains))
                    .isPresent();
        } catch (IOException e) {
            return false;
        }
    }
}
