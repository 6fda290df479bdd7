package dev.newt.bench;

import dev.newt.data.DataSettings;
import dev.newt.data.Preparation;
import dev.newt.data.PreparedData;
import dev.newt.data.Progress;
import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.pack.BatchPlan;
import dev.newt.data.pack.BatchSettings;
import dev.newt.io.AtomicFiles;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Prepares a file once, from nothing and then from what was prepared, and packs it; prints the seconds of each stage and the peak memory
 * as JSON. One run a process: a new virtual machine has compiled nothing yet, as in use.
 */
public final class PrepareBench {
    private static final int BIN_SIZE = 200;

    private PrepareBench() {}

    public static void main(String[] arguments) throws ParseException, IOException {
        Options options = new Options();
        for (String required : new String[] {"data", "tokenizer"}) {
            options.addOption(
                    Option.builder().longOpt(required).hasArg().required().get());
        }
        for (String value : new String[] {"kind", "seq-len", "threads", "json", "prepared"}) {
            options.addOption(Option.builder().longOpt(value).hasArg().get());
        }
        CommandLine line = new DefaultParser().parse(options, arguments);
        int sequenceLen = Integer.parseInt(line.getOptionValue("seq-len", "2048"));
        String type = line.getOptionValue("kind", "alpaca").equals("chat") ? "chat_template" : "alpaca";
        Path prepared = Files.createTempDirectory(Path.of(line.getOptionValue("prepared", "/tmp")), "newt-prepare-");
        try (Tokenizer tokenizer = Tokenizer.open(Path.of(line.getOptionValue("tokenizer")))) {
            DataSettings settings = settings(
                    DatasetSettings.of(line.getOptionValue("data"), type),
                    sequenceLen,
                    Integer.parseInt(line.getOptionValue(
                            "threads", Integer.toString(Runtime.getRuntime().availableProcessors()))),
                    prepared);
            String json = JsonMapper.shared().writeValueAsString(measure(settings, tokenizer));
            System.out.println(json);
            Optional<String> file = Optional.ofNullable(line.getOptionValue("json"));
            if (file.isPresent()) {
                Files.writeString(Path.of(file.get()), json + "\n");
            }
        } finally {
            AtomicFiles.deleteDirectory(prepared);
        }
    }

    private static DataSettings settings(DatasetSettings dataset, int sequenceLen, int threads, Path prepared) {
        return new DataSettings(
                List.of(dataset),
                List.of(),
                0,
                false,
                sequenceLen,
                DataSettings.MIN_SAMPLE_LEN,
                dev.newt.data.ExcessLengthStrategy.TRUNCATE,
                true,
                42,
                threads,
                prepared,
                Path::of);
    }

    private static Map<String, Object> measure(DataSettings settings, Tokenizer tokenizer) {
        long begin = System.nanoTime();
        PreparedData data = Preparation.prepare(settings, tokenizer, Progress.NONE);
        double prepare = seconds(begin);
        begin = System.nanoTime();
        int bins = pack(data, settings);
        double pack = seconds(begin);
        begin = System.nanoTime();
        Preparation.prepare(settings, tokenizer, Progress.NONE);
        double again = seconds(begin);
        double total = prepare + pack;
        Map<String, Object> result = new LinkedHashMap<>();
        long rows = data.statistics().rows();
        result.put("rows", rows);
        result.put("tokens", data.statistics().tokens());
        result.put("trained_tokens", data.statistics().trainedTokens());
        result.put("packed_rows", bins);
        result.put("prepare_s", prepare);
        result.put("pack_s", pack);
        result.put("total_s", total);
        result.put("rows_per_s", Math.round(rows / total));
        result.put("prepared_again_s", again);
        result.put("peak_mib", ProcessMemory.peakMebibytes());
        return result;
    }

    /** Chooses the bins of an epoch and lays out the tokens of each, as training would. */
    private static int pack(PreparedData data, DataSettings settings) {
        BatchSettings packed =
                new BatchSettings(1, 1, settings.sequenceLen(), true, BIN_SIZE, false, true, settings.seed());
        BatchPlan plan = new BatchPlan(data.train().lengths(), packed);
        long tokens = 0;
        for (int step = 0; step < plan.stepsPerEpoch(); step++) {
            for (int[] indices : plan.microBatches(0, step)) {
                tokens += data.train().microBatch(indices).tokens();
            }
        }
        if (tokens != data.statistics().tokens()) {
            throw new IllegalStateException(
                    tokens + " tokens packed of " + data.statistics().tokens());
        }
        return plan.stepsPerEpoch();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
