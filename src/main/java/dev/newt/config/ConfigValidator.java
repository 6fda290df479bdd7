package dev.newt.config;

import dev.newt.config.yaml.Problem;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.MessageInterpolator;
import jakarta.validation.Path;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.validator.PredefinedScopeHibernateValidator;
import org.hibernate.validator.engine.HibernateConstraintViolation;

/** Checks the records' constraints and says what breaks them by the YAML keys and their places. */
final class ConfigValidator {
    /** Those of the records' constraints that are not our own. */
    private static final Set<Class<? extends Annotation>> CONSTRAINTS = Set.of(
            DecimalMax.class,
            DecimalMin.class,
            Min.class,
            NotBlank.class,
            Pattern.class,
            Positive.class,
            PositiveOrZero.class,
            Size.class);

    private final Positions positions;

    ConfigValidator(Positions positions) {
        this.positions = positions;
    }

    /** Problems of values that could be bound. Rules that read a value which could not are passed over. */
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

    /** Built when first needed, and once: it has no state. */
    private static final class Shared {
        static final Validator VALIDATOR = Validation.byProvider(PredefinedScopeHibernateValidator.class)
                .configure()
                // Only what is used is loaded: Hibernate Validator has a thousand classes more.
                .builtinConstraints(CONSTRAINTS.stream().map(Class::getName).collect(Collectors.toSet()))
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

    /** What a value must be, in words; read off the constraint, so that no bundle of messages has to be loaded. */
    private static final class Phrases implements MessageInterpolator {
        @Override
        public String interpolate(String template, Context context) {
            Annotation constraint = context.getConstraintDescriptor().getAnnotation();
            if (constraint instanceof Min min) {
                return "must be " + min.value() + " or more";
            }
            if (constraint instanceof DecimalMin min) {
                return "must be " + min.value() + " or more";
            }
            if (constraint instanceof DecimalMax max) {
                return "must be " + (max.inclusive() ? max.value() + " or less" : "less than " + max.value());
            }
            if (constraint instanceof Positive) {
                return "must be more than 0";
            }
            if (constraint instanceof PositiveOrZero) {
                return "must be 0 or more";
            }
            if (constraint instanceof NotBlank) {
                return "must not be blank";
            }
            if (constraint instanceof Pattern) {
                return "must be an address, http:// or https://";
            }
            if (constraint instanceof Size) {
                return "must not be empty";
            }
            return template;
        }

        @Override
        public String interpolate(String template, Context context, Locale locale) {
            return interpolate(template, context);
        }
    }
}
