package dev.newt.config;

import jakarta.validation.Valid;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Optional;

/**
 * Recognises configurations that obviously break no constraint. Most files are right, and Hibernate Validator takes half a second to
 * start, as long as the rest of a check; so it is asked only about the others, and it alone decides about them.
 */
final class QuickCheck {
    private QuickCheck() {}

    /** Whether all constraints hold, including those between keys. False if only Hibernate Validator can tell. */
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

    private static boolean holds(Annotation annotation, Object value) {
        return Limit.of(annotation).filter(limit -> limit.holds(value)).isPresent();
    }

    private static Object value(Record level, RecordComponent component) {
        try {
            return component.getAccessor().invoke(level);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(level.getClass() + " has public components alone", e);
        }
    }
}
