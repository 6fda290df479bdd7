package dev.newt.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the YAML key that fills a record component, and explains it: messages, the JSON schema and the documentation are made from here. A
 * component without it must be a record: its keys lie on the same level of the file.
 *
 * <p>Unset keys give the default; without one, an {@code Optional} is empty, and so is a list or a map; any other component is required.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Key {
    String value();

    /** The value of an unset key, as YAML text. */
    String byDefault() default "";

    /** One sentence: what the key does, and what happens without it where that is not plain. */
    String description();

    /** A usual value, as YAML text. */
    String example() default "";

    /** What becomes of the key. */
    KeyStatus status() default KeyStatus.WORKS;

    /** What to write instead, for a spelling that is still read. */
    String deprecated() default "";
}
