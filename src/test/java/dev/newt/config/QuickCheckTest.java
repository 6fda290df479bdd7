package dev.newt.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.config.yaml.Place;
import dev.newt.config.yaml.Problem;
import dev.newt.config.yaml.Source;
import dev.newt.config.yaml.YamlReader;
import dev.newt.config.yaml.YamlTree;
import jakarta.validation.MessageInterpolator;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hibernate.validator.HibernateValidator;
import org.junit.jupiter.api.Test;

/** The quick check and Hibernate Validator, with all its constraints, never differ. */
class QuickCheckTest {
    private static final String SMALL =
            "base_model: m\nlearning_rate: 1.0e-4\ndatasets: [{path: rows.jsonl, type: alpaca}]\n";
    private static final List<String> VALUES =
            List.of("-1", "0", "1", "0.5", "1.0", "-1e-300", "2147483647", "\"\"", "\" \"", "http://x", "[]", "true");

    private static final Validator HIBERNATE = Validation.byProvider(HibernateValidator.class)
            .configure()
            .ignoreXmlConfiguration()
            .messageInterpolator(new MessageInterpolator() {
                @Override
                public String interpolate(String template, Context context) {
                    return template;
                }

                @Override
                public String interpolate(String template, Context context, Locale locale) {
                    return template;
                }
            })
            .buildValidatorFactory()
            .getValidator();

    private static NewtConfig bound(String yaml) {
        List<Problem> problems = new ArrayList<>();
        Source source = Source.file(Path.of("c.yaml"), yaml, 0);
        YamlTree.Mapping root =
                (YamlTree.Mapping) YamlReader.readFile(source, problems).orElseThrow();
        return new Binder(problems, new Positions(Place.start(source))).bind(NewtConfig.class, root);
    }

    @Test
    void agreesWithHibernateValidatorAboutEveryKeyAndOddValues() {
        int held = 0;
        int broken = 0;
        for (KeyDoc key : KeyCatalogue.all()) {
            for (String value : key.status() == KeyStatus.WORKS ? VALUES : List.<String>of()) {
                String name = key.path().replaceFirst("^datasets\\[]\\.", "");
                String line = name + ": " + value;
                String yaml = name.equals(key.path())
                        ? SMALL.replaceFirst("(?m)^" + java.util.regex.Pattern.quote(name) + ":.*\n", "") + line + "\n"
                        : "base_model: m\nlearning_rate: 1.0e-4\ndatasets:\n  - "
                                + (name.equals("path") ? "" : "path: x\n    ") + line + "\n";
                NewtConfig config = bound(yaml);
                boolean holds = HIBERNATE.validate(config).isEmpty();
                assertThat(QuickCheck.holds(config)).as(line).isEqualTo(holds);
                held += holds ? 1 : 0;
                broken += holds ? 0 : 1;
            }
        }
        assertThat(held).isGreaterThan(800);
        assertThat(broken).isGreaterThan(50);
    }
}
