package dev.newt.cli;

import dev.newt.api.ModelChoice;
import dev.newt.api.Newt;
import dev.newt.io.UserException;
import dev.newt.report.ConsoleProgress;
import dev.newt.run.InferenceRun;
import dev.newt.run.InferenceRun.Message;
import dev.newt.run.SamplingSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Answers prompts with the tuned model. */
final class InferenceCommand implements Command {
    private static final String PROMPT = "prompt";
    private static final String SYSTEM = "system";
    private static final String ADAPTER = "adapter";
    private static final String MODEL = "model";
    private static final String BASE = "base";
    private static final String TOKENS = "max-new-tokens";
    private static final String TEMPERATURE = "temperature";
    private static final String TOP_P = "top-p";
    private static final String TOP_K = "top-k";
    private static final String SEED = "seed";

    @Override
    public String name() {
        return "inference";
    }

    @Override
    public String summary() {
        return "answer prompts with the tuned model: --prompt TEXT, or one a line from standard input";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(option(PROMPT, "TEXT", "answer this and end"))
                .addOption(option(SYSTEM, "TEXT", "a system message before each prompt"))
                .addOption(option(ADAPTER, "DIR", "another adapter than the one in output_dir"))
                .addOption(option(MODEL, "DIR", "another tuned model than the one in output_dir"))
                .addOption(Option.builder()
                        .longOpt(BASE)
                        .desc("the base model, without the tuning")
                        .get())
                .addOption(option(TOKENS, "N", "most tokens of an answer; 256 unless said"))
                .addOption(option(TEMPERATURE, "T", "0, the likeliest token always, unless said"))
                .addOption(option(TOP_P, "P", "draw among the likeliest tokens that make up this probability"))
                .addOption(option(TOP_K, "K", "draw among this many of the likeliest tokens"))
                .addOption(option(SEED, "N", "of the drawing"));
    }

    private static Option option(String name, String argument, String description) {
        return Option.builder()
                .longOpt(name)
                .hasArg()
                .argName(argument)
                .desc(description)
                .get();
    }

    @Override
    public int run(Arguments arguments, Console console) {
        SamplingSettings sampling = new SamplingSettings(
                (int) number(arguments, TOKENS, 256, 1, 1 << 20),
                number(arguments, TEMPERATURE, 0, 0, 100),
                number(arguments, TOP_P, 1, 1e-6, 1),
                (int) number(arguments, TOP_K, 0, 0, 1 << 20),
                (long) number(arguments, SEED, 42, Long.MIN_VALUE, Long.MAX_VALUE));
        if (arguments.value(PROMPT).filter(String::isBlank).isPresent()) {
            throw new UserException("--" + PROMPT + " is empty; write what is to be answered, or leave --" + PROMPT
                    + " out and give prompts on standard input, one a line");
        }
        InferenceRun.prepare(); // It loads while the configuration is read.
        Newt newt = Newt.of(arguments.config(console));
        Optional<Path> tuned =
                arguments.value(ADAPTER).or(() -> arguments.value(MODEL)).map(Path::of);
        ModelChoice model = new ModelChoice(tuned, arguments.has(BASE));
        try (InferenceRun run = newt.open(model, new DownloadProgress(console))) {
            Optional<String> prompt = arguments.value(PROMPT);
            if (prompt.isPresent()) {
                answer(run, prompt.get(), arguments.value(SYSTEM), sampling, console);
            } else {
                converse(run, arguments.value(SYSTEM), sampling, console);
            }
        }
        return ExitCode.DONE;
    }

    private static void converse(
            InferenceRun run, Optional<String> system, SamplingSettings sampling, Console console) {
        boolean terminal = ConsoleProgress.isTerminal();
        if (terminal) {
            console.out().println("One prompt a line; each is answered by itself. End with Ctrl-D.");
        }
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (true) {
                if (terminal) {
                    console.out().print("> ");
                    console.out().flush();
                }
                String line = lines.readLine();
                if (line == null) {
                    return;
                }
                if (!line.isBlank()) {
                    answer(run, line, system, sampling, console);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answer(
            InferenceRun run, String prompt, Optional<String> system, SamplingSettings sampling, Console console) {
        Message user = new Message("user", prompt);
        List<Message> messages =
                system.map(text -> List.of(new Message("system", text), user)).orElseGet(() -> List.of(user));
        run.answer(messages, sampling, piece -> {
            console.out().print(Text.printable(piece));
            console.out().flush();
        });
        console.out().println();
    }

    private static double number(Arguments arguments, String name, double usual, double least, double most) {
        Optional<String> text = arguments.value(name);
        if (text.isEmpty()) {
            return usual;
        }
        try {
            double value = Double.parseDouble(text.get());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new UserException("--" + name + ": '" + text.get() + "' is not a number", e);
        }
        throw new UserException("--" + name + ": " + text.get() + " is not between " + least + " and " + most);
    }
}
