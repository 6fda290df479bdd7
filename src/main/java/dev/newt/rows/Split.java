package dev.newt.rows;

import dev.newt.io.UserException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of {@code split}: a name, and the range of rows to take.
 *
 * @param name {@code train}, {@code test}, {@code validation}
 * @param from first row, or percent
 * @param to row after the last, or percent
 * @param percent whether the limits are percents of all rows
 * @param skipped rows at the beginning of the range that are left out
 * @param most the largest number of rows to take
 */
public record Split(String name, long from, long to, boolean percent, long skipped, long most) {
    private static final Pattern FORM = Pattern.compile("(\\w+)(?:\\[(?:(\\d+)(%)?)?:(?:(\\d+)(%)?)?])?");

    public static final Split TRAIN = of("train", 0, Long.MAX_VALUE, false);

    private static Split of(String name, long from, long to, boolean percent) {
        return new Split(name, from, to, percent, 0, Long.MAX_VALUE);
    }

    /** The same without its first rows. */
    public Split skipping(long rows) {
        return new Split(name, from, to, percent, rows, most);
    }

    /** The first rows of it. */
    public Split first(long rows) {
        return new Split(name, from, to, percent, skipped, rows);
    }

    /** Reads {@code train}, {@code train[:100]}, {@code train[10%:20%]}. */
    public static Split parse(String text) {
        Matcher matcher = FORM.matcher(text.replace(" ", ""));
        if (!matcher.matches()) {
            throw malformed(text);
        }
        boolean percent = matcher.group(3) != null || matcher.group(5) != null;
        boolean bothAlike = (matcher.group(2) == null || (matcher.group(3) != null) == percent)
                && (matcher.group(4) == null || (matcher.group(5) != null) == percent);
        try {
            long from = matcher.group(2) == null ? 0 : Long.parseLong(matcher.group(2));
            long to = matcher.group(4) == null ? (percent ? 100 : Long.MAX_VALUE) : Long.parseLong(matcher.group(4));
            if (!bothAlike || from >= to || (percent && to > 100)) {
                throw malformed(text);
            }
            return of(matcher.group(1), from, to, percent);
        } catch (NumberFormatException e) {
            throw malformed(text);
        }
    }

    /** As a configuration writes it; what was skipped or limited afterwards stands behind it in words. */
    public String written() {
        String unit = percent ? "%" : "";
        boolean wholeRange = from == 0 && to == (percent ? 100 : Long.MAX_VALUE);
        String range = wholeRange
                ? ""
                : "[" + (from == 0 ? "" : from + unit) + ":" + (to == Long.MAX_VALUE ? "" : to + unit) + "]";
        return name
                + range
                + (skipped == 0 ? "" : " without the first " + skipped)
                + (most == Long.MAX_VALUE ? "" : ", " + most + " at most");
    }

    /** Whether it takes all rows. */
    public boolean isWhole() {
        return from == 0 && skipped == 0 && most == Long.MAX_VALUE && (percent ? to == 100 : to == Long.MAX_VALUE);
    }

    /** Whether the limits depend on the total number of rows. */
    boolean needsCount() {
        return percent && !(from == 0 && to == 100);
    }

    /** The first row to take of {@code rows}, from 0. */
    long firstOf(long rows) {
        return skipped + (percent ? part(from, rows) : Math.min(from, rows));
    }

    /** The row after the last one to take. */
    long endOf(long rows) {
        long end = percent ? part(to, rows) : Math.min(to, rows);
        long first = firstOf(rows);
        return most < end - first ? first + most : end;
    }

    private static long part(long percent, long rows) {
        return percent == 100 ? rows : Math.round(percent / 100.0 * rows);
    }

    private static UserException malformed(String text) {
        return new UserException("split: \"" + text
                + "\" is not understood. Write train, train[:1000], train[500:1000] or train[:10%].");
    }
}
