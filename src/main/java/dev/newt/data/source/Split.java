package dev.newt.data.source;

import dev.newt.io.UserException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of {@code split}: a name, and the part of the rows that is taken.
 *
 * @param name {@code train}, {@code test}, {@code validation}
 * @param from first row, or percent
 * @param to row behind the last, or percent
 * @param percent whether the limits are percents of all rows
 */
public record Split(String name, long from, long to, boolean percent) {
    private static final Pattern FORM = Pattern.compile("(\\w+)(?:\\[(?:(\\d+)(%)?)?:(?:(\\d+)(%)?)?])?");

    public static final Split TRAIN = new Split("train", 0, Long.MAX_VALUE, false);

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
            return new Split(matcher.group(1), from, to, percent);
        } catch (NumberFormatException e) {
            throw malformed(text);
        }
    }

    boolean isWhole() {
        return from == 0 && (percent ? to == 100 : to == Long.MAX_VALUE);
    }

    /** First row taken of {@code rows}, from 0. */
    long firstOf(long rows) {
        return percent ? part(from, rows) : Math.min(from, rows);
    }

    /** Row behind the last one taken. */
    long endOf(long rows) {
        return percent ? part(to, rows) : Math.min(to, rows);
    }

    private static long part(long percent, long rows) {
        return Math.round(percent / 100.0 * rows);
    }

    private static UserException malformed(String text) {
        return new UserException("split: \"" + text
                + "\" is not understood. Write train, train[:1000], train[500:1000] or train[:10%].");
    }
}
