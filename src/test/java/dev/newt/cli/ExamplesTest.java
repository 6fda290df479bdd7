package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.cli.Examples.Example;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class ExamplesTest {
    private static final Path FOLDER = Path.of("examples/yaml");
    /** What an example needs that an earlier one, or a program, makes. */
    static final Map<String, List<String>> INSTEAD = Map.of(
            "newt-tiny-pretrain-more", List.of("base_model=../models/newt-tiny"),
            "newt-tiny-pretrain-copy",
                    List.of("base_model=../models/newt-tiny", "datasets[0].path=../data/orders-train.jsonl"));

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int newt(String... arguments) {
        out.reset();
        err.reset();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        List<Command> commands =
                List.of(new ValidateCommand(), new PlanCommand(), new TrainCommand(), new ExamplesCommand());
        return new Dispatcher(commands, console).run(List.of(arguments));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    static List<String> names() {
        return Examples.all().stream().map(Example::name).toList();
    }

    static List<String> ownNames() {
        return names().stream()
                .filter(name -> name.startsWith("newt-tiny") || name.equals("llama-qlora"))
                .toList();
    }

    private static String[] with(String verb, String name, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of(verb, FOLDER.resolve(name + ".yaml").toString()));
        arguments.addAll(INSTEAD.getOrDefault(name, List.of()));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachIsValidAndHasAPlan(String name) {
        assertThat(newt(with("validate", name))).as(err()).isZero();
        assertThat(out()).endsWith(name + ".yaml: valid\n");
        assertThat(err().lines())
                .allMatch(line ->
                        line.endsWith(" is not here; train and preprocess fetch it. Till then its rows are not known"));

        assertThat(newt(with("plan", name))).as(err()).isZero();
        assertThat(out()).contains("\ntrained ", "\nmemory ");
    }

    @ParameterizedTest
    @MethodSource("ownNames")
    void eachOfOurOwnModelTrains(String name) throws IOException {
        List<String> more = new ArrayList<>(List.of(
                "max_steps=2",
                "logging_steps=1",
                "sequence_len=256",
                "micro_batch_size=1",
                "output_dir=" + folder.resolve("out"),
                "dataset_prepared_path=" + folder.resolve("prepared")));
        String text = Files.readString(FOLDER.resolve(name + ".yaml"));
        String datasets = text.contains("\npretraining_dataset:") ? "pretraining_dataset" : "datasets";
        more.add(datasets + "[0].split=train[:20]");
        if (text.contains("test_datasets")) {
            more.add("test_datasets[0].split=train[:2]");
        }
        if (text.contains("eval_table_size")) {
            more.add("eval_table_size=0");
        }
        assertThat(newt(with("train", name, more.toArray(String[]::new))))
                .as(err())
                .isZero();
        assertThat(RunFolderCheck.metrics(folder.resolve("out/metrics.jsonl")))
                .filteredOn(line -> line.path("kind").asString().equals("train"))
                .hasSize(2);
    }

    @Test
    void coverTheFamiliesAndMethodsThatTrain() {
        List<Example> all = Examples.all();
        assertThat(all).hasSizeGreaterThanOrEqualTo(30);
        assertThat(all).extracting(Example::method).contains("lora", "qlora", "dora", "rslora", "full", "pretrain");
        for (String family : List.of(
                "llama2-",
                "llama3-",
                "llama3.1-",
                "llama3.2-",
                "codellama-",
                "tinyllama-",
                "vicuna-",
                "yi-",
                "smollm2-",
                "mistral-7b-",
                "mistral-nemo-",
                "qwen2-",
                "qwen2.5-",
                "deepseek-r1-distill-",
                "newt-tiny-")) {
            assertThat(names()).as(family).anyMatch(name -> name.startsWith(family));
        }
        assertThat(all).allSatisfy(example -> {
            assertThat(example.about())
                    .as(example.name())
                    .hasSizeBetween(20, 160)
                    .endsWith(".");
            assertThat(example.text().lines().count()).as(example.name()).isLessThan(60);
        });
    }

    @Test
    void theProgramCarriesEveryFileOfTheRepository() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".yaml", "")))
                    .containsExactlyInAnyOrderElementsOf(names());
        }
        for (Example example : Examples.all()) {
            assertThat(example.text()).isEqualTo(Files.readString(FOLDER.resolve(example.name() + ".yaml")));
        }
    }

    @Test
    void theReadmeListsThem() throws IOException {
        String readme = Files.readString(Path.of("examples/README.md"));
        assertThat(Examples.all()).allSatisfy(example -> assertThat(readme)
                .contains("| `" + example.name() + "` | " + example.method() + " | " + example.about() + " |"));
    }

    @Test
    void listShowsNameMethodModelAndWhatItDoes() {
        assertThat(newt("examples", "list")).isZero();
        assertThat(out().lines()).hasSameSizeAs(names());
        assertThat(out())
                .containsPattern(
                        "(?m)^llama3\\.1-8b-qlora +qlora +NousResearch/Meta-Llama-3\\.1-8B +Llama 3\\.1 8B on one card .*\\.$");
    }

    @Test
    void getWritesOneAndNeverReplacesAFileUnasked() throws IOException {
        Path file = folder.resolve("mine.yaml");
        assertThat(newt("examples", "get", "qwen2-7b-qlora", "--to", file.toString()))
                .isZero();
        assertThat(file).hasSameTextualContentAs(FOLDER.resolve("qwen2-7b-qlora.yaml"));
        assertThat(err()).isEmpty();

        Files.writeString(file, "mine");
        assertThat(newt("examples", "get", "qwen2-7b-qlora", "--to", file.toString()))
                .isEqualTo(2);
        assertThat(err()).contains("is there already; name another file with --to, or add --force to replace it");
        assertThat(file).hasContent("mine");
        assertThat(newt("examples", "get", "newt-tiny-chat-lora.yaml", "--to", file.toString(), "--force"))
                .isZero();
        assertThat(file).hasSameTextualContentAs(FOLDER.resolve("newt-tiny-chat-lora.yaml"));
        assertThat(err()).startsWith("note: it reads a model or data in ../");

        assertThat(newt("examples", "get", "llama-qlora", "--to", "-")).isZero();
        assertThat(out()).isEqualTo(Files.readString(FOLDER.resolve("llama-qlora.yaml")));
    }

    @Test
    void aWrongNameIsToldWithTheNearest() {
        assertThat(newt("examples", "get", "qwen2-7b-qlor")).isEqualTo(2);
        assertThat(err()).isEqualTo("error: there is no example qwen2-7b-qlor; did you mean qwen2-7b-qlora?\n");
        assertThat(newt("examples", "get", "zzz")).isEqualTo(2);
        assertThat(err()).isEqualTo("error: there is no example zzz; newt examples list shows all\n");
        assertThat(newt("examples", "show")).isEqualTo(2);
        assertThat(err()).startsWith("error: examples takes list, or get and a name");
    }
}
