package dev.newt.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds docs/config-compatibility.md to what the program knows of each key. */
class CompatibilityDocTest {
    @Test
    void theDocumentSaysWhatBecomesOfEachKey() throws IOException {
        GeneratedFile.check(Path.of("docs/config-compatibility.md"), document(KeyCatalogue.all()));
    }

    private static String document(List<KeyDoc> docs) {
        StringBuilder text = new StringBuilder(
                """
                # Axolotl's keys, one by one

                Made from the program's own records by `mvn -q test -Dtest=CompatibilityDocTest,JsonSchemaTest -Dnewt.write=true`; a test fails when
                it is stale. The guide is in [configuration.md](configuration.md). `newt schema --field KEY` prints one entry.

                | class | keys | what happens |
                |---|---|---|
                """);
        Map<KeyStatus, String> meanings = new LinkedHashMap<>();
        meanings.put(KeyStatus.WORKS, "does its work, with Axolotl's meaning");
        meanings.put(KeyStatus.OLD_SPELLING, "does its work, with a warning that names the new spelling");
        meanings.put(
                KeyStatus.NO_EFFECT,
                "accepted; one warning names all such keys with their reasons; leaving them aside changes no number, no device and no bound on memory");
        meanings.put(
                KeyStatus.MORE_MEMORY,
                "accepted; a warning of the plan says in figures what the run takes and what it would take with the key");
        meanings.put(KeyStatus.NOT_SUPPORTED, "refused, with what to write instead");
        meanings.forEach((status, meaning) -> text.append("| ")
                .append(status.words())
                .append(" | ")
                .append(docs.stream().filter(doc -> doc.status() == status).count())
                .append(" | ")
                .append(meaning)
                .append(" |\n"));
        text.append(
                """

                A value that asks for nothing (`false`, empty, `null`) is accepted everywhere and gives no warning. The keys of `datasets[]` are those
                of `test_datasets[]` and `pretraining_dataset[]` too. Defaults of keys that do no work are Axolotl's.

                A key has no effect for one of these reasons only: it makes the same computation faster elsewhere (speed), says where a run is watched
                (tracking) or what else is kept of it (saving), steers other devices, or several; or the model's files say it, or it is an option of a
                command. Values of such a key that would change what is computed are refused.
                """);
        Map<String, List<KeyDoc>> bySubject = new LinkedHashMap<>();
        docs.forEach(doc ->
                bySubject.computeIfAbsent(doc.subject(), s -> new ArrayList<>()).add(doc));
        bySubject.forEach((subject, entries) -> {
            text.append("\n## ")
                    .append(subject.substring(0, 1).toUpperCase(Locale.ROOT))
                    .append(subject.substring(1))
                    .append(
                            "\n| key | class | takes | default | what it does, why it does nothing, or what to write |\n")
                    .append("|---|---|---|---|---|\n");
            entries.stream().sorted(Comparator.comparing(KeyDoc::status)).forEach(doc -> text.append(row(doc)));
        });
        return text.toString();
    }

    private static String row(KeyDoc doc) {
        String now = doc.replacement().map(name -> "; now `" + name + "`").orElse("");
        String example = doc.example().map(value -> " Example: `" + value + "`").orElse("");
        return "| <a id=\"" + doc.path() + "\"></a>`" + doc.path() + "` | "
                + doc.status().words()
                + AxolotlKeys.at(doc.path())
                        .flatMap(AxolotlKeys.Unbound::kind)
                        .map(kind -> " (" + kind.words() + ")")
                        .orElse("")
                + now + " | "
                + cell(doc.type()) + " | "
                + doc.byDefault().map(value -> "`" + cell(value) + "`").orElse("") + " | "
                + cell(doc.text() + example) + " |\n";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }
}
