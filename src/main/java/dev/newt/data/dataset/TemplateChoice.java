package dev.newt.data.dataset;

import dev.newt.io.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which chat template is meant. Names are Axolotl's.
 *
 * @param source of the template to use, whatever the tokenizer has
 * @param fallback source of the template to use if the tokenizer has none
 */
public record TemplateChoice(Optional<String> source, Optional<String> fallback) {
    private static final String OF_TOKENIZER = "tokenizer_default";
    private static final String FALLBACK = OF_TOKENIZER + "_fallback_";

    /** The file of each name; some families share one. */
    private static final Map<String, String> FILES = files();

    /** The tokenizer's own template. */
    public static TemplateChoice ofTokenizer() {
        return new TemplateChoice(Optional.empty(), Optional.empty());
    }

    /** A template given as text. */
    public static TemplateChoice jinja(String source) {
        return new TemplateChoice(Optional.of(source), Optional.empty());
    }

    /**
     * The template of a name: {@code chatml}, {@code tokenizer_default}, {@code tokenizer_default_fallback_chatml} and so on.
     *
     * @throws UserException if there is no template of that name
     */
    public static TemplateChoice named(String name) {
        if (name.equals(OF_TOKENIZER)) {
            return ofTokenizer();
        }
        return name.startsWith(FALLBACK)
                ? new TemplateChoice(Optional.empty(), Optional.of(read(name.substring(FALLBACK.length()), name)))
                : jinja(read(name, name));
    }

    /** All names, sorted, except those that begin with tokenizer_default. */
    public static List<String> names() {
        return List.copyOf(FILES.keySet());
    }

    /**
     * The template's source.
     *
     * @param ofTokenizer the tokenizer's own template
     */
    public Optional<String> resolve(Optional<String> ofTokenizer) {
        return source.or(() -> ofTokenizer).or(() -> fallback);
    }

    private static String read(String name, String asWritten) {
        String file = FILES.get(name);
        if (file == null) {
            throw new UserException("chat_template: " + asWritten
                    + " is not a known template; use one of "
                    + String.join(", ", FILES.keySet()) + ", tokenizer_default, tokenizer_default_fallback_ with such a"
                    + " name, or jinja and the template in chat_template_jinja");
        }
        String resource = "templates/" + file + ".jinja";
        try (InputStream in =
                Objects.requireNonNull(TemplateChoice.class.getResourceAsStream(resource), resource + " is missing")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // A file in the program's own jar.
        }
    }

    private static Map<String, String> files() {
        Map<String, String> files = Stream.of(
                        "alpaca",
                        "chatml",
                        "cohere",
                        "deepseek_v2",
                        "deepseek_v3",
                        "exaone",
                        "gemma",
                        "gemma3",
                        "llama3",
                        "llama4",
                        "metharme",
                        "mistral_v1",
                        "mistral_v2v3",
                        "mistral_v3_tekken",
                        "mistral_v7_tekken",
                        "phi_3",
                        "phi_35",
                        "qwen3",
                        "qwen_25")
                .collect(Collectors.toMap(name -> name, name -> name, (a, b) -> a, TreeMap::new));
        files.put("aya", "cohere");
        return files;
    }
}
