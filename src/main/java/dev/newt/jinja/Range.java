package dev.newt.jinja;

import java.util.AbstractList;
import java.util.List;

/** A Python range of at most {@link Limits#MAX_RANGE} elements. */
record Range(long start, long stop, long step) {
    Range {
        if (step == 0) {
            throw new TemplateFailure("range() arg 3 must not be zero");
        }
        long span = step > 0 ? Math.subtractExact(stop, start) : Math.subtractExact(start, stop);
        if (span > 0 && (span - 1) / Math.abs(step) + 1 > Limits.MAX_RANGE) {
            throw new TemplateFailure(
                    "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + Limits.MAX_RANGE + ").");
        }
    }

    int size() {
        long span = step > 0 ? stop - start : start - stop;
        return span <= 0 ? 0 : (int) ((span - 1) / Math.abs(step) + 1);
    }

    List<Object> asList() {
        return new AbstractList<>() {
            @Override
            public Object get(int index) {
                return start + step * java.util.Objects.checkIndex(index, size());
            }

            @Override
            public int size() {
                return Range.this.size();
            }
        };
    }
}
