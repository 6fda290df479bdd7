package dev.newt.io;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a setting that changes no weight: a run may be resumed with another value of it. Every setting without this mark is in the hash. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface NotInHash {
    /** Why no weight depends on it. */
    String value();
}
