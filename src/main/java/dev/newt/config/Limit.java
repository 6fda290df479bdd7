package dev.newt.config;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.Set;

/**
 * A limit on one value, as read from the constraint annotation of a record's component. The annotations are the only place where limits
 * are written; messages, the JSON Schema and the quick check take them from here, and Hibernate Validator decides by the same annotations.
 */
sealed interface Limit {
    /** The annotations that are read: all of Jakarta Validation's that the records use. */
    Set<Class<? extends Annotation>> ANNOTATIONS = Set.of(
            DecimalMax.class,
            DecimalMin.class,
            Min.class,
            NotBlank.class,
            Pattern.class,
            Positive.class,
            PositiveOrZero.class,
            Size.class);

    /** Whether the value is certainly within the limit; false if only Hibernate Validator can tell. */
    boolean holds(Object value);

    /** What a value must be, after "it must". */
    String words();

    /** The limit that an annotation sets; empty for other annotations. */
    static Optional<Limit> of(Annotation annotation) {
        if (annotation instanceof Min min) {
            return Optional.of(new Bound(Long.toString(min.value()), true, true));
        }
        if (annotation instanceof DecimalMin min) {
            return Optional.of(new Bound(min.value(), true, min.inclusive()));
        }
        if (annotation instanceof DecimalMax max) {
            return Optional.of(new Bound(max.value(), false, max.inclusive()));
        }
        if (annotation instanceof Positive) {
            return Optional.of(new Bound("0", true, false));
        }
        if (annotation instanceof PositiveOrZero) {
            return Optional.of(new Bound("0", true, true));
        }
        if (annotation instanceof NotBlank) {
            return Optional.of(new NonBlank());
        }
        if (annotation instanceof Size size) {
            return Optional.of(new Length(size.min(), size.max()));
        }
        if (annotation instanceof Pattern pattern) {
            return Optional.of(new Form(pattern.regexp()));
        }
        return Optional.empty();
    }

    /**
     * A number's smallest or largest value.
     *
     * @param written the bound as the annotation has it
     * @param lower whether it is the smallest value; otherwise the largest
     * @param inclusive whether the bound itself is allowed
     */
    record Bound(String written, boolean lower, boolean inclusive) implements Limit {
        BigDecimal value() {
            return new BigDecimal(written);
        }

        @Override
        public boolean holds(Object value) {
            if (value == null) {
                return true;
            }
            if (!(value instanceof Number number)) {
                return false;
            }
            double approximate = number.doubleValue();
            if (!Double.isFinite(approximate)) {
                return lower ? approximate > 0 : approximate < 0;
            }
            // A double's exact value, as Hibernate Validator compares it.
            BigDecimal exact = number instanceof Integer || number instanceof Long
                    ? BigDecimal.valueOf(number.longValue())
                    : new BigDecimal(approximate);
            int order = exact.compareTo(value());
            return order == 0 ? inclusive : order > 0 == lower;
        }

        @Override
        public String words() {
            if (inclusive) {
                return "be " + written + (lower ? " or more" : " or less");
            }
            return "be " + (lower ? "more than " : "less than ") + written;
        }
    }

    /** Text with something other than white space; the only limit that a missing value breaks. */
    record NonBlank() implements Limit {
        @Override
        public boolean holds(Object value) {
            return value instanceof String text && !text.isBlank();
        }

        @Override
        public String words() {
            return "not be blank";
        }
    }

    /** A text's length in UTF-16 code units. */
    record Length(int min, int max) implements Limit {
        @Override
        public boolean holds(Object value) {
            return value == null || value instanceof String text && text.length() >= min && text.length() <= max;
        }

        @Override
        public String words() {
            return "not be empty";
        }
    }

    /** A text's form, which Hibernate Validator alone checks. */
    record Form(String regexp) implements Limit {
        @Override
        public boolean holds(Object value) {
            return value == null;
        }

        @Override
        public String words() {
            return "be an address, http:// or https://";
        }
    }
}
