package dev.newt.plan;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them. */
final class Text {
    private Text() {}

    /** {@code 1,234,567}. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 1.2 GiB}. */
    static String bytes(long bytes) {
        return bytes >= 1L << 30
                ? String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1L << 30))
                : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1L << 20));
    }

    /** {@code 1.23 TFLOP}. */
    static String flops(double operations) {
        return operations >= 1e12
                ? String.format(Locale.ROOT, "%.2f TFLOP", operations / 1e12)
                : String.format(Locale.ROOT, "%.2f GFLOP", operations / 1e9);
    }

    /** {@code 1.5 s}, {@code 12 min}, {@code 3.1 h}. */
    static String seconds(double seconds) {
        if (seconds < 1) {
            return String.format(Locale.ROOT, "%.2f s", seconds);
        }
        if (seconds < 120) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        return seconds < 7200
                ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }

    /** {@code 2.5%}. */
    static String percent(double part) {
        return number(100 * part) + "%";
    }

    /** {@code 0.0002}, {@code 1E-8}, {@code 4}: without zeros that say nothing. */
    static String number(double value) {
        BigDecimal rounded = new BigDecimal(value, new MathContext(6)).stripTrailingZeros();
        double size = Math.abs(value);
        return size == 0 || size >= 1e-5 && size < 1e7
                ? rounded.toPlainString()
                : rounded.toString().replace("E+", "e").replace('E', 'e');
    }
}
