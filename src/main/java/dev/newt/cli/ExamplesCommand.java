package dev.newt.cli;

import dev.newt.cli.Examples.Example;
import dev.newt.config.yaml.Suggestion;
import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Lists the configurations that come with the program, and hands one out to begin with. */
final class ExamplesCommand implements Command {
    private static final String LIST = "list";
    private static final String GET = "get";
    private static final String TO = "to";
    private static final String FORCE = "force";

    @Override
    public String name() {
        return "examples";
    }

    @Override
    public String summary() {
        return "list the configurations that come with the program, or write one to a file";
    }

    @Override
    public String operands() {
        return "list | get NAME";
    }

    @Override
    public boolean readsConfig() {
        return false;
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Option.builder()
                        .longOpt(TO)
                        .hasArg()
                        .argName("FILE")
                        .desc("where get writes; unset, NAME.yaml here; - prints it")
                        .get())
                .addOption(Option.builder()
                        .longOpt(FORCE)
                        .desc("replace a file that is there")
                        .get());
    }

    @Override
    public int run(Arguments arguments, Console console) {
        List<String> words = arguments.words();
        if (words.equals(List.of(LIST))) {
            list(console);
        } else if (words.size() == 2 && words.get(0).equals(GET)) {
            get(words.get(1), arguments, console);
        } else {
            throw new UserException("examples takes list, or get and a name: newt examples get llama3.1-8b-qlora");
        }
        return ExitCode.DONE;
    }

    private static void list(Console console) {
        List<Example> examples = Examples.all();
        int name = width(examples.stream().map(Example::name).toList());
        int method = width(examples.stream().map(Example::method).toList());
        int model = width(examples.stream().map(Example::model).toList());
        for (Example example : examples) {
            console.out()
                    .println(padded(example.name(), name) + "  " + padded(example.method(), method) + "  "
                            + padded(example.model(), model) + "  " + example.about());
        }
    }

    private static int width(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(0);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static void get(String asked, Arguments arguments, Console console) {
        Example example = find(asked.replaceFirst("[.]yaml$", ""));
        String to = arguments.value(TO).orElse(example.name() + ".yaml");
        if (to.equals("-")) {
            console.out().print(example.text());
            return;
        }
        Path file = target(to);
        if (Files.exists(file) && !arguments.has(FORCE)) {
            throw new UserException(
                    file + " is there already; name another file with --to, or add --force to replace it");
        }
        AtomicFiles.writeString(file, example.text());
        console.out().println("written: " + file);
        if (example.readsTheRepository()) {
            console.err()
                    .println("note: it reads a model or data in ../, as the repository's examples/yaml has them; "
                            + "change base_model and datasets for another place");
        }
    }

    private static Path target(String to) {
        try {
            return Path.of(to);
        } catch (InvalidPathException e) {
            throw new UserException("'" + to + "' is not a path: " + e.getReason(), e);
        }
    }

    private static Example find(String name) {
        List<Example> examples = Examples.all();
        return examples.stream()
                .filter(example -> example.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UserException("there is no example " + name + "; "
                        + Suggestion.nearest(
                                        name,
                                        examples.stream().map(Example::name).toList())
                                .map(near -> "did you mean " + near + "?")
                                .orElse("newt examples list shows all")));
    }
}
