package dev.newt;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Holds docs/architecture.md's table: which package may use which, and which library belongs where. */
class FloorsTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.newt");

    /** Top-level packages of dev.newt, and those that each may use. {@code io} may be used by all. */
    private static final Map<String, List<String>> MAY_USE = new TreeMap<>(Map.ofEntries(
            Map.entry("io", List.of()),
            Map.entry("hub", List.of()),
            Map.entry("jinja", List.of()),
            Map.entry("token", List.of()),
            Map.entry("rows", List.of("hub")),
            Map.entry("tensor", List.of()),
            Map.entry("engine", List.of("tensor")),
            Map.entry("weights", List.of("tensor")),
            Map.entry("model", List.of("tensor", "weights")),
            Map.entry("data", List.of("hub", "jinja", "token", "rows")),
            Map.entry("adapter", List.of("tensor", "weights", "model")),
            Map.entry("objective", List.of("tensor", "data")),
            Map.entry("optim", List.of("tensor")),
            Map.entry("train", List.of("tensor", "weights", "model", "data", "adapter", "objective", "optim", "ranks")),
            Map.entry("ranks", List.of("tensor")),
            Map.entry("config", List.of()),
            Map.entry(
                    "plan",
                    List.of(
                            "config",
                            "model",
                            "weights",
                            "adapter",
                            "data",
                            "tensor",
                            "hub",
                            "jinja",
                            "token",
                            "rows",
                            "optim",
                            "objective",
                            "train")),
            Map.entry(
                    "run",
                    List.of(
                            "tensor",
                            "engine",
                            "weights",
                            "model",
                            "data",
                            "adapter",
                            "objective",
                            "optim",
                            "train",
                            "plan",
                            "hub",
                            "jinja",
                            "token",
                            "rows")),
            Map.entry("report", List.of("train", "plan", "run")),
            Map.entry("api", List.of("config", "plan", "run", "report", "train", "data", "hub")),
            Map.entry("regress", List.of("api", "plan", "run", "train", "data", "hub")),
            Map.entry(
                    "cli",
                    List.of(
                            "api", "config", "plan", "run", "report", "regress", "train", "data", "hub", "token",
                            "rows"))));

    /** Libraries by package prefix, and the packages of dev.newt that may use each. */
    private static final Map<String, List<String>> LIBRARIES = new TreeMap<>(Map.of(
            "ai.djl.pytorch", List.of("dev.newt.engine.djl", "ai.djl.pytorch.jni"),
            "ai.djl.huggingface", List.of("dev.newt.token"),
            "org.duckdb", List.of("dev.newt.rows"),
            "java.sql", List.of("dev.newt.rows"),
            "org.yaml.snakeyaml", List.of("dev.newt.config", "dev.newt.rows"),
            "org.hibernate", List.of("dev.newt.config"),
            "jakarta.validation", List.of("dev.newt.config"),
            "org.apache.commons.cli", List.of("dev.newt.cli"),
            "me.tongfei.progressbar", List.of("dev.newt.report")));

    @Test
    void everyPackageStandsOnTheFloorsBelowIt() {
        for (Map.Entry<String, List<String>> floor : MAY_USE.entrySet()) {
            List<String> allowed = new ArrayList<>(floor.getValue());
            allowed.add(floor.getKey());
            allowed.add("io");
            String[] forbidden = MAY_USE.keySet().stream()
                    .filter(p -> !allowed.contains(p))
                    .map(p -> "dev.newt." + p + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("dev.newt." + floor.getKey() + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(forbidden)
                    .allowEmptyShould(true)
                    .check(OURS);
        }
    }

    @Test
    void everyClassBelongsToAFloor() {
        assertThat(OURS.stream().map(JavaClass::getPackageName).distinct()).allMatch(name -> MAY_USE.keySet().stream()
                .anyMatch(p -> (name + ".").startsWith("dev.newt." + p + ".")));
    }

    @Test
    void everyLibraryIsUsedInItsPlaceAlone() {
        LIBRARIES.forEach((library, places) -> classes()
                .that()
                .resideOutsideOfPackages(places.stream().map(p -> p + "..").toArray(String[]::new))
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage(library + "..")
                .check(OURS));
    }

    /** A program that uses Newt as a library owns its output and its end. */
    @Test
    void onlyTheCommandLinePrintsAndExits() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.newt.cli..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .accessField(System.class, "in")
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .check(OURS);
    }

    /** Inner packages too: each is a slice of its own. */
    @Test
    void packagesDoNotGoRoundInCircles() {
        SlicesRuleDefinition.slices()
                .matching("dev.newt.(**)")
                .should()
                .beFreeOfCycles()
                .check(OURS);
    }
}
