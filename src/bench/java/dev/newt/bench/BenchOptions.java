package dev.newt.bench;

import dev.newt.tensor.DType;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/**
 * What is measured.
 *
 * @param data JSON lines of instruction, input, output
 * @param warmup first steps, which do not count
 * @param rows of each optimizer step
 * @param microBatch rows of a forward pass; bins of {@code sequenceLen} tokens with packing
 * @param threads of an operation; 0 for all cores
 * @param profile whether each operation is timed
 * @param json where the results are written
 */
record BenchOptions(
        Path model,
        Path data,
        int steps,
        int warmup,
        int rows,
        int microBatch,
        int sequenceLen,
        int rank,
        double alpha,
        DType dtype,
        boolean packing,
        boolean checkpointing,
        int threads,
        boolean profile,
        Optional<Path> json) {
    static BenchOptions parse(String[] arguments) throws ParseException {
        Options options = new Options();
        for (String required : new String[] {"model", "data"}) {
            options.addOption(Option.builder()
                    .longOpt(required)
                    .hasArg()
                    .required()
                    .desc("path")
                    .get());
        }
        for (String value : new String[] {
            "steps", "warmup", "rows", "micro-batch", "seq-len", "rank", "alpha", "dtype", "threads", "json"
        }) {
            options.addOption(Option.builder().longOpt(value).hasArg().get());
        }
        for (String flag : new String[] {"no-packing", "checkpoint", "profile"}) {
            options.addOption(Option.builder().longOpt(flag).get());
        }
        CommandLine line = new DefaultParser().parse(options, arguments);
        return new BenchOptions(
                Path.of(line.getOptionValue("model")),
                Path.of(line.getOptionValue("data")),
                integer(line, "steps", 8),
                integer(line, "warmup", 2),
                integer(line, "rows", 8),
                integer(line, "micro-batch", 1),
                integer(line, "seq-len", 1024),
                integer(line, "rank", 16),
                integer(line, "alpha", 32),
                DType.valueOf(line.getOptionValue("dtype", "BF16").toUpperCase(Locale.ROOT)),
                !line.hasOption("no-packing"),
                line.hasOption("checkpoint"),
                integer(line, "threads", 0),
                line.hasOption("profile"),
                Optional.ofNullable(line.getOptionValue("json")).map(Path::of));
    }

    private static int integer(CommandLine line, String name, int otherwise) {
        return Integer.parseInt(line.getOptionValue(name, Integer.toString(otherwise)));
    }
}
