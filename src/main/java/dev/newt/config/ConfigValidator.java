package dev.newt.config;

import dev.newt.config.yaml.Problem;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.MessageInterpolator;
import jakarta.validation.Path;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.hibernate.validator.PredefinedScopeHibernateValidator;
import org.hibernate.validator.engine.HibernateConstraintViolation;

/** Checks the records' constraints and reports what breaks them by YAML key and place. */
final class ConfigValidator {
    private final Positions positions;

    ConfigValidator(Positions positions) {
        this.positions = positions;
    }

    /** Problems with values that could be bound. Rules that read a value that could not be bound are skipped. */
    List<Problem> validate(NewtConfig config) {
        if (QuickCheck.holds(config)) {
            return List.of();
        }
        List<Problem> problems = new ArrayList<>();
        for (ConstraintViolation<NewtConfig> violation : Shared.VALIDATOR.validate(config)) {
            String path = keyPath(violation.getPropertyPath());
            Finding finding =
                    violation.unwrap(HibernateConstraintViolation.class).getDynamicPayload(Finding.class)
                                    instanceof Finding found
                            ? found
                            : null;
            if (finding != null) {
                add(problems, path, finding);
            } else if (!positions.failed(path)) {
                problems.add(new Problem(
                                positions.of(path),
                                Problem.Severity.ERROR,
                                describe(path) + "; it " + violation.getMessage())
                        .ofKey(path));
            }
        }
        return problems;
    }

    /** Built once, when first needed: it has no state. */
    private static final class Shared {
        static final Validator VALIDATOR = Validation.byProvider(PredefinedScopeHibernateValidator.class)
                .configure()
                // Only what is used is loaded: Hibernate Validator has a thousand more classes.
                .builtinConstraints(
                        Limit.ANNOTATIONS.stream().map(Class::getName).collect(Collectors.toSet()))
                .initializeBeanMetaData(Schema.records())
                .ignoreXmlConfiguration()
                .messageInterpolator(new Phrases())
                .buildValidatorFactory()
                .getValidator();
    }

    private void add(List<Problem> problems, String level, Finding finding) {
        List<String> paths =
                finding.keys().stream().map(key -> Positions.child(level, key)).toList();
        if (paths.stream().noneMatch(positions::failed)) {
            String shown = paths.stream().filter(positions::has).findFirst().orElse(paths.get(0));
            Problem problem = new Problem(
                            positions.of(shown),
                            finding.severity(),
                            level.isEmpty() ? finding.message() : level + ": " + finding.message())
                    .ofKey(shown);
            problems.add(finding.reason().map(problem::because).orElse(problem));
        }
    }

    private String describe(String path) {
        return path
                + positions.value(path).map(value -> " is " + value.describe()).orElse(" is missing");
    }

    /** {@code datasets[0].path} for the property path {@code data.datasets[0].path}. */
    private static String keyPath(Path properties) {
        StringBuilder keys = new StringBuilder();
        Class<?> level = NewtConfig.class;
        for (Path.Node node : properties) {
            if (node.isInIterable() && node.getIndex() != null) {
                keys.append('[').append(node.getIndex()).append(']');
            }
            if (node.getKind() == ElementKind.PROPERTY) {
                RecordComponent component = component(level, node.getName());
                Key key = component.getAnnotation(Key.class);
                if (key != null) {
                    keys.append(keys.isEmpty() ? "" : ".").append(key.value());
                }
                Class<?> type = component.getType();
                level = type.isRecord() ? type : Schema.raw(Schema.elementOrSelf(component.getGenericType()));
            }
        }
        return keys.toString();
    }

    private static RecordComponent component(Class<?> level, String name) {
        return Arrays.stream(level.getRecordComponents())
                .filter(component -> component.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** What a value must be, in words; taken from the limit, so that no resource bundle has to be loaded. */
    private static final class Phrases implements MessageInterpolator {
        @Override
        public String interpolate(String template, Context context) {
            return Limit.of(context.getConstraintDescriptor().getAnnotation())
                    .map(limit -> "must " + limit.words())
                    .orElse(template);
        }

        @Override
        public String interpolate(String template, Context context, Locale locale) {
            return interpolate(template, context);
        }
    }
}
