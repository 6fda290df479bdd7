package dev.newt.data.prompt;

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
 * @param source of the template that is used whatever the tokenizer brings
 * @param fallback source of the one used where the tokenizer brings none
 */
public record TemplateChoice(Optional<String> source, Optional<String> fallback) {
    private static final String OF_TOKENIZER = "tokenizer_default";
    private static final String FALLBACK = OF_TOKENIZER + "_fallback_";

    /** From a name to its file; some families share one. */
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
     * @throws UserException if there is none of that name
     */
    public static TemplateChoice named(String name) {
        if (name.equals(OF_TOKENIZER)) {
            return ofTokenizer();
        }
        return name.startsWith(FALLBACK)
                ? new TemplateChoice(Optional.empty(), Optional.of(read(name.substring(FALLBACK.length()), name)))
                : jinja(read(name, name));
    }

    /** All names but those that begin with tokenizer_default, sorted. */
    public static List<String> names() {
        return List.copyOf(FILES.keySet());
    }

    /**
     * The template's source.
     *
     * @param ofTokenizer what comes with the tokenizer
     */
    public Optional<String> resolve(Optional<String> ofTokenizer) {
        return source.or(() -> ofTokenizer).or(() -> fallback);
    }

    private static String read(String name, String asWritten) {
        String file = FILES.get(name);
        if (file == null) {
            throw new UserException("chat_template: " + asWritten
                    + " is not a template that is known here; write one of "
                    + String.join(", ", FILES.keySet()) + ", tokenizer_default, tokenizer_default_fallback_ and such a"
                    + " name, or jinja and the template in chat_template_jinja");
        }
        String resource = "templates/" + file + ".jinja";
        try (InputStream in =
                Objects.requireNonNull(TemplateChoice.class.getResourceAsStream(resource), resource + " is missing")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // A file of the program itself.
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
