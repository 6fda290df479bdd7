package dev.newt.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.newt.config.ConfigFile;
import dev.newt.plan.Device;
import dev.newt.plan.Planner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the estimates against what runs took: the table of docs/memory.md, which {@link MemoryBench} prints. */
@Tag("slow")
class MemoryTableTest {
    private static final Path TABLE = Path.of("docs/memory.md");
    private static final Pattern LINE = Pattern.compile("\\| ([a-z0-9-]+) \\| (\\d+) \\| (\\d+) \\| [0-9.]+ \\|");
    private static final int LEAST_RUNS = 12;

    /** Where they ran. */
    private static final Device MACHINE = new Device("recorded", true, 23L << 30, false, OptionalDouble.empty());

    @TempDir
    Path folder;

    private record Line(String name, int estimated, int measured) {}

    private static List<Line> table() throws IOException {
        List<Line> lines = new ArrayList<>();
        for (String line : Files.readAllLines(TABLE)) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                lines.add(new Line(
                        matcher.group(1), Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3))));
            }
        }
        return lines;
    }

    @Test
    void estimatesLieWithin15PercentOfWhatWasMeasured() throws IOException {
        List<Line> lines = table();

        assertThat(lines).hasSizeGreaterThanOrEqualTo(LEAST_RUNS);
        for (Line line : lines) {
            double estimate = estimate(line.name());
            assertThat(estimate / line.measured()).as(line.name()).isBetween(0.85, 1.15);
            assertThat(estimate).as("the table's estimate of " + line.name()).isEqualTo(line.estimated(), within(1.0));
        }
    }

    @Test
    void everyRunIsInTheTable() throws IOException {
        assertThat(table().stream().map(Line::name))
                .containsExactlyElementsOf(
                        MemoryBench.cases().stream().map(MemoryCase::name).toList());
    }

    /** MiB. */
    private double estimate(String name) throws IOException {
        MemoryCase memoryCase = MemoryBench.cases().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        Path config = memoryCase.writeConfig(
                folder.resolve(name), Path.of("examples/data/pretrain.jsonl").toAbsolutePath());
        return Planner.planByShape(ConfigFile.load(config, List.of()), MACHINE)
                        .memory()
                        .total()
                / (double) (1 << 20);
    }
}
