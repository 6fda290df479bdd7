package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file holds, it is accepted or refused with a message, by {@code validate} and {@code plan} alike, and soon. */
@Tag("slow")
class MutatedConfigsTest {
    private static final long SEED = Long.getLong("newt.mutations.seed", 20_240_607);
    private static final int COUNT = Integer.getInteger("newt.mutations.count", 5000);
    private static final long MOST_SECONDS = 2;

    @TempDir
    Path folder;

    /** The examples' folders, with a few rows of the data: rows are counted anew for every file. */
    @BeforeEach
    void copyExamples() throws IOException {
        Path examples = Path.of("examples");
        try (Stream<Path> files = Files.list(examples.resolve("models/newt-tiny"))) {
            for (Path file : files.toList()) {
                copy(file, "models/newt-tiny/" + file.getFileName());
            }
        }
        Files.createDirectories(folder.resolve("data"));
        try (Stream<Path> files = Files.list(examples.resolve("data"))) {
            for (Path file : files.toList()) {
                Files.write(
                        folder.resolve("data").resolve(file.getFileName()),
                        Files.readAllLines(file).subList(0, 5));
            }
        }
    }

    private void copy(Path from, String to) throws IOException {
        Path target = folder.resolve(to);
        Files.createDirectories(target.getParent());
        Files.copy(from, target);
    }

    private record Answer(int code, String out, String err, long millis) {
        static Answer of(String verb, Path file) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Console console = new Console(
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8));
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            int code = new Dispatcher(List.of(new ValidateCommand(), new PlanCommand()), console)
                    .run(List.of(verb, file.toString()));
            // Other tests may have the processor: what counts is the work.
            long millis = TimeUnit.NANOSECONDS.toMillis(
                    ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start);
            return new Answer(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), millis);
        }

        /** Empty where the answer is as it should be. */
        String objection() {
            if (code != ExitCode.DONE && code != ExitCode.BAD_INPUT) {
                return "exit code " + code;
            }
            if (code == ExitCode.BAD_INPUT && !err.contains("error: ")) {
                return "no message";
            }
            if (err.contains("\tat ") || err.contains("Exception")) {
                return "a stack trace";
            }
            return millis > MOST_SECONDS * 1000 ? millis + " ms" : "";
        }
    }

    @Test
    void areAcceptedOrRefusedWithAMessageByValidateAndPlanAlike() throws IOException {
        List<String> examples = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("examples/yaml"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
                examples.add(Files.readString(file));
            }
        }
        System.out.println("mutated configurations: seed " + SEED);
        Mutations mutations = new Mutations(new Random(SEED));
        Path file = Files.createDirectories(folder.resolve("yaml")).resolve("config.yaml");
        List<String> objections = new ArrayList<>();
        TreeMap<Integer, Integer> codes = new TreeMap<>();
        for (int i = 0; i < COUNT; i++) {
            byte[] text = mutations.of(examples.get(i % examples.size()));
            Files.write(file, text);
            Answer validate = Answer.of("validate", file);
            Answer plan = Answer.of("plan", file);
            codes.merge(validate.code(), 1, Integer::sum);
            String objection = Stream.of(validate.objection(), plan.objection(), difference(validate, plan))
                    .filter(found -> !found.isEmpty())
                    .findFirst()
                    .orElse("");
            if (!objection.isEmpty()) {
                Path kept = Files.write(Files.createTempFile("mutated-", ".yaml"), text);
                objections.add(i + ": " + objection + "\n" + validate + "\n" + plan + "\n" + kept);
            }
        }
        assertThat(objections).as("seed " + SEED).isEmpty();
        assertThat(codes.get(ExitCode.DONE)).isGreaterThan(COUNT / 20);
        assertThat(codes.get(ExitCode.BAD_INPUT)).isGreaterThan(COUNT / 2);
    }

    private static String difference(Answer validate, Answer plan) {
        if (validate.code() != plan.code()) {
            return "validate and plan differ";
        }
        boolean refused = validate.code() == ExitCode.BAD_INPUT;
        return refused && !validate.err().equals(plan.err()) ? "validate and plan say different things" : "";
    }
}
