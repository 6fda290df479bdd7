package dev.newt.cli;

import dev.newt.config.LoadedConfig;
import dev.newt.io.UserException;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Shows a configuration as one file, after {@code extends}, arguments and environment variables. */
final class ConfigCommand implements Command {
    private static final String SHOW = "show";
    private static final String NO_ORIGIN = "no-origin";

    @Override
    public String name() {
        return "config";
    }

    @Override
    public String summary() {
        return "show: print the whole configuration and where each value comes from";
    }

    @Override
    public String operands() {
        return "show CONFIG.yaml [key=value ...]";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Option.builder()
                        .longOpt(NO_ORIGIN)
                        .desc("print the values alone, without comments and defaults")
                        .get());
    }

    @Override
    public int run(Arguments arguments, Console console) {
        List<String> words = arguments.words();
        if (words.isEmpty() || !words.get(0).equals(SHOW)) {
            throw new UserException("config needs the word show: newt config " + operands());
        }
        LoadedConfig loaded = arguments.config(1, console);
        console.out().print(arguments.has(NO_ORIGIN) ? loaded.resolved() : loaded.origins());
        return ExitCode.DONE;
    }
}
