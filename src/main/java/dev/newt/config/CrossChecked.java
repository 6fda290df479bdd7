package dev.newt.config;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.hibernate.validator.constraintvalidation.HibernateConstraintValidatorContext;

/** A class-level constraint: the record knows the rules between its own components and tells what breaks them. */
@Constraint(validatedBy = CrossChecked.Validator.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface CrossChecked {
    String message() default "";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Implemented by the records that carry the annotation. */
    interface Rules {
        List<Finding> findings();
    }

    /** Reports each finding as a violation of its own, with the finding as payload. */
    final class Validator implements ConstraintValidator<CrossChecked, Rules> {
        @Override
        public boolean isValid(Rules value, ConstraintValidatorContext context) {
            context.disableDefaultConstraintViolation();
            List<Finding> findings = value.findings();
            for (Finding finding : findings) {
                context.unwrap(HibernateConstraintValidatorContext.class)
                        .withDynamicPayload(finding)
                        .buildConstraintViolationWithTemplate(finding.message())
                        .addConstraintViolation();
            }
            return findings.isEmpty();
        }
    }
}
