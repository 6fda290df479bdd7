package dev.newt.jinja;

import java.util.List;

/**
 * A Python tuple. Elements may be null, which is None.
 *
 * @param group whether groupby made it, so that the elements are also attributes: grouper and list
 */
record Tuple(List<Object> items, boolean group) {
    Tuple(List<Object> items) {
        this(items, false);
    }
}
