package dev.newt.cli;

import dev.newt.api.Newt;
import java.nio.file.Path;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Makes base model and adapter one. */
final class MergeLoraCommand implements Command {
    private static final String ADAPTER = "adapter";

    @Override
    public String name() {
        return "merge-lora";
    }

    @Override
    public String summary() {
        return "merge the adapter into the base model, in output_dir/merged";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Option.builder()
                        .longOpt(ADAPTER)
                        .hasArg()
                        .argName("DIR")
                        .desc("another adapter than the one in output_dir")
                        .get());
    }

    @Override
    public int run(Arguments arguments, Console console) {
        Path merged = Newt.of(arguments.config(console))
                .merge(arguments.value(ADAPTER).map(Path::of), new DownloadProgress(console));
        console.out().println("merged model: " + merged);
        return ExitCode.DONE;
    }
}
