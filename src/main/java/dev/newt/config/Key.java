package dev.newt.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the YAML key that fills a record component. A component without it must be a record: its keys lie on the same level of the file.
 *
 * <p>Unset keys give the default; without one, an {@code Optional} is empty, and so is a list or a map; any other component is required.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Key {
    String value();

    /** The value of an unset key, as YAML text. */
    String byDefault() default "";
}
