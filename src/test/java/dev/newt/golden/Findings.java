package dev.newt.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The worst error of each check of one family, printed a line each. */
final class Findings {
    private final String family;
    private final List<String> failures = new ArrayList<>();

    Findings(String family) {
        this.family = family;
    }

    /** Prints a line; remembers it where the worst error exceeds the tolerance or is not a number. */
    void report(String check, double worst, double tolerance) {
        boolean met = worst <= tolerance;
        String line = String.format(
                Locale.ROOT,
                "golden %-12s %-28s worst %.2e  tolerance %.0e  %s",
                family,
                check,
                worst,
                tolerance,
                met ? "ok" : "FAILED");
        System.out.println(line);
        if (!met) {
            failures.add(line);
        }
    }

    void reportUnsupported(String reason) {
        System.out.printf(Locale.ROOT, "golden %-12s not supported yet: %s%n", family, reason);
    }

    void assertAllMet() {
        assertThat(failures).isEmpty();
    }

    /** The largest difference over the largest reference value. */
    static double relative(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            double d = Math.abs((double) actual[i] - expected[i]);
            if (Double.isNaN(d)) {
                return Double.NaN;
            }
            difference = Math.max(difference, d);
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        return largest == 0 ? difference : difference / largest;
    }

    static double relative(double actual, double expected) {
        return Math.abs(actual - expected) / Math.abs(expected);
    }
}
