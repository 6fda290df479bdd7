package dev.newt.config;

import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Optional;

/**
 * Says that no constraint of a configuration is broken, where that is plain. Most files are right, and Hibernate Validator takes half a
 * second to start, as long as all the rest of a check; so it is asked only about the others, and alone decides about them.
 */
final class QuickCheck {
    private QuickCheck() {}

    /** Whether all constraints hold, those between keys too. False where it would take Hibernate Validator to know. */
    static boolean holds(Record level) {
        if (level instanceof CrossChecked.Rules rules && !rules.findings().isEmpty()) {
            return false;
        }
        for (RecordComponent component : level.getClass().getRecordComponents()) {
            if (!holds(component.getAnnotatedType(), value(level, component))) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(AnnotatedType type, Object value) {
        for (Annotation annotation : type.getAnnotations()) {
            boolean good = annotation instanceof Valid
                    ? !(value instanceof Record level) || holds(level)
                    : holds(annotation, value);
            if (!good) {
                return false;
            }
        }
        return holdsInside(type, value);
    }

    private static boolean holdsInside(AnnotatedType type, Object value) {
        if (!(type instanceof AnnotatedParameterizedType generic)) {
            return true;
        }
        AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
        AnnotatedType element = arguments[arguments.length - 1];
        if (value instanceof Optional<?> optional) {
            return optional.isEmpty() || holds(element, optional.get());
        }
        if (value instanceof Collection<?> items) {
            return items.stream().allMatch(item -> holds(element, item));
        }
        return element.getAnnotations().length == 0;
    }

    private static boolean holds(Annotation constraint, Object value) {
        if (constraint instanceof NotBlank) {
            return value instanceof String text && !text.isBlank();
        }
        if (value == null) {
            return true;
        }
        if (constraint instanceof Size size) {
            return value instanceof String text && text.length() >= size.min() && text.length() <= size.max();
        }
        return value instanceof Number number && holds(constraint, number);
    }

    private static boolean holds(Annotation constraint, Number number) {
        double value = number.doubleValue();
        if (constraint instanceof Positive) {
            return value > 0;
        }
        if (constraint instanceof PositiveOrZero) {
            return value >= 0;
        }
        if (constraint instanceof Min min) {
            return number instanceof Integer && number.longValue() >= min.value();
        }
        if (!Double.isFinite(value)) {
            return false;
        }
        if (constraint instanceof DecimalMin min) {
            return min.inclusive() && new BigDecimal(value).compareTo(new BigDecimal(min.value())) >= 0;
        }
        if (constraint instanceof DecimalMax max) {
            int order = new BigDecimal(value).compareTo(new BigDecimal(max.value()));
            return order < 0 || order == 0 && max.inclusive();
        }
        return false;
    }

    private static Object value(Record level, RecordComponent component) {
        try {
            return component.getAccessor().invoke(level);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(level.getClass() + " has public components alone", e);
        }
    }
}
