package dev.newt.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class KeyCatalogueTest {
    private static final List<KeyDoc> ALL = KeyCatalogue.all();

    @Test
    void everyKeyThatWorksIsDescribedInOneSentence() {
        assertThat(ALL.stream().filter(doc -> doc.status() == KeyStatus.WORKS))
                .hasSizeGreaterThan(90)
                .allSatisfy(doc -> assertThat(doc.text())
                        .as(doc.path())
                        .matches("[A-Z][^\\n]{15,}[^.]\\.")
                        .doesNotContain(". "));
    }

    @Test
    void everyKeyOfTheRecordsIsInTheCatalogue() {
        assertThat(ALL)
                .extracting(KeyDoc::path)
                .containsAll(Schema.keys(NewtConfig.class).keySet())
                .containsAll(Schema.keys(DatasetConfig.class).keySet().stream()
                        .map(key -> "datasets[]." + key)
                        .toList());
    }

    @Test
    void everyOtherKeySaysWhy() {
        assertThat(AxolotlKeys.all()).hasSizeGreaterThan(600).allSatisfy(unbound -> {
            assertThat(unbound.doc().text()).as(unbound.doc().path()).matches("\\S+ .{5,}[^.]");
            assertThat(unbound.doc().type()).isNotEmpty();
        });
    }

    @Test
    void aKeyHasNoEffectForOneOfFewReasons() {
        assertThat(AxolotlKeys.all())
                .allSatisfy(unbound -> assertThat(unbound.kind().isPresent())
                        .as(unbound.doc().path())
                        .isEqualTo(unbound.doc().status() == KeyStatus.NO_EFFECT));
    }

    /** What such words name changes numbers, a device or memory; a few keys that bear one do not. */
    @Test
    void noKeyThatChangesNumbersDeviceOrMemoryIsLeftAside() {
        Pattern words = Pattern.compile(
                "dropout|loss|noise|neftune|alpha|seed|dtype|precision|bit|quant|fp16|fp32|fp8|fp4|legacy|resize|device"
                        + "|limit|max_memory|checkpointing|group_by|tiled|shift|s2_|sage_|parallel_size|world");
        Set<String> harmless = Set.of(
                // What is kept quantised is NF4 with quantised scales, and other values are refused.
                "bnb_config_kwargs.bnb_4bit_use_double_quant",
                "bnb_config_kwargs.bnb_4bit_quant_type",
                // How layers are computed again, and from where.
                "gradient_checkpointing_kwargs",
                "gradient_checkpointing_kwargs.use_reentrant",
                // Of a graphics card, or of ways to one.
                "gpu_memory_limit",
                "device_map",
                "experimental_skip_move_to_device",
                "fsdp_config.fsdp_limit_all_gathers");

        assertThat(AxolotlKeys.all().stream()
                        .filter(unbound -> unbound.doc().status() == KeyStatus.NO_EFFECT)
                        .map(unbound -> unbound.doc().path())
                        .filter(path -> words.matcher(path).find()))
                .containsExactlyInAnyOrderElementsOf(harmless);
    }

    @Test
    void noKeyIsOfTwoClasses() {
        assertThat(ALL).extracting(KeyDoc::path).doesNotHaveDuplicates();
    }

    /** All 848 of them; what is wrong with a value is told by the key itself. */
    @Test
    void everyKeyOfAxolotlIsOfOneClass() throws IOException {
        Map<KeyStatus, Integer> classes = new EnumMap<>(KeyStatus.class);
        for (String line : Files.readAllLines(Path.of("src/test/resources/config/axolotl-key-paths.tsv"))) {
            if (!line.startsWith("#")) {
                // Below these two, names are the user's.
                String path = line.split("\t")[0].replaceFirst("(message_property_mappings|roles)\\..*", "$1");
                assertThat(KeyCatalogue.find(path)).as(path).isPresent();
                classes.merge(KeyCatalogue.find(path).orElseThrow().status(), 1, Integer::sum);
            }
        }
        assertThat(classes.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(848);
        assertThat(classes.get(KeyStatus.WORKS)
                        + classes.get(KeyStatus.NO_EFFECT)
                        + classes.get(KeyStatus.OLD_SPELLING)
                        + classes.get(KeyStatus.MORE_MEMORY))
                .isGreaterThanOrEqualTo(365);
    }

    @Test
    void whatReplacesAnOldSpellingIsAKey() {
        Set<String> paths = ALL.stream().map(KeyDoc::path).collect(Collectors.toSet());

        assertThat(AxolotlKeys.all().stream()
                        .filter(unbound -> unbound.doc().replacement().isPresent()))
                .isNotEmpty()
                .allSatisfy(unbound ->
                        assertThat(paths).contains(unbound.doc().replacement().orElseThrow()));
    }

    @Test
    void aKeyIsFoundByItsPathInAFile() {
        assertThat(KeyCatalogue.find("datasets[3].path")).isEqualTo(KeyCatalogue.find("datasets[].path"));
        assertThat(KeyCatalogue.find("test_datasets[0].split").orElseThrow().path())
                .isEqualTo("datasets[].split");
        assertThat(KeyCatalogue.find("lora_r").orElseThrow().example()).contains("16");
        assertThat(KeyCatalogue.find("no_such_key")).isEmpty();
    }
}
