package dev.newt.cli;

import dev.newt.config.JsonSchema;
import dev.newt.config.KeyCatalogue;
import dev.newt.config.KeyDoc;
import dev.newt.config.yaml.Suggestion;
import dev.newt.io.UserException;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Prints what a configuration may say: the JSON schema, or one key's documentation. */
final class SchemaCommand implements Command {
    private static final String FIELD = "field";

    @Override
    public String name() {
        return "schema";
    }

    @Override
    public String summary() {
        return "print the configuration's JSON schema, or explain one key";
    }

    @Override
    public String operands() {
        return "";
    }

    @Override
    public boolean readsConfig() {
        return false;
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Option.builder()
                        .longOpt(FIELD)
                        .hasArg()
                        .argName("KEY")
                        .desc("explain one key, such as lora_r or datasets[].path")
                        .get());
    }

    @Override
    public int run(Arguments arguments, Console console) {
        Optional<String> field = arguments.value(FIELD);
        console.out().print(field.map(SchemaCommand::explain).orElseGet(JsonSchema::text));
        return ExitCode.DONE;
    }

    private static String explain(String field) {
        KeyDoc doc = KeyCatalogue.find(field).orElseThrow(() -> unknown(field));
        StringBuilder text = new StringBuilder();
        text.append(doc.path()).append("  (").append(doc.subject()).append(", ");
        text.append(doc.status().words()).append(")\n  ").append(sentence(doc)).append("\n\n");
        row(text, "takes", doc.type());
        doc.byDefault().ifPresent(value -> row(text, "default", value));
        doc.example().ifPresent(value -> row(text, "example", value));
        doc.replacement().ifPresent(value -> row(text, "now", value));
        return text.toString();
    }

    private static String sentence(KeyDoc doc) {
        return switch (doc.status()) {
            case WORKS, OLD_SPELLING -> doc.text();
            case NO_EFFECT -> "Accepted, without effect: " + doc.text() + ".";
            case MORE_MEMORY -> "Accepted, but takes more memory than it asks for: " + doc.text();
            case NOT_SUPPORTED -> "Refused: " + doc.text() + ".";
        };
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("  ")
                .append(name)
                .append(" ".repeat(10 - name.length()))
                .append(value)
                .append('\n');
    }

    private static UserException unknown(String field) {
        String right = Suggestion.nearest(
                        field, KeyCatalogue.all().stream().map(KeyDoc::path).toList())
                .map(near -> "did you mean " + near + "?")
                .orElse("newt schema lists all");
        return new UserException("there is no key " + field + "; " + right);
    }
}
