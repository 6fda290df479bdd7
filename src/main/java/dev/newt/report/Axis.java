package dev.newt.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear axis with ticks at round numbers.
 *
 * @param start the first tick
 * @param step between ticks: 1, 2 or 5 times a power of ten
 * @param intervals between ticks, at least 1
 */
record Axis(BigDecimal start, BigDecimal step, int intervals) {
    /** The axis over the values from {@code low} to {@code high} with about {@code wanted} intervals, of whole steps if {@code whole}. */
    static Axis over(double low, double high, int wanted, boolean whole) {
        double from = low;
        double to = high;
        if (to <= from) {
            // One value: it stands in the middle of an interval around it.
            double margin = from == 0 ? 1 : Math.abs(from) * 0.1;
            from -= margin;
            to += margin;
        }
        BigDecimal step = roundStep((to - from) / wanted);
        if (whole && step.compareTo(BigDecimal.ONE) < 0) {
            step = BigDecimal.ONE;
        }
        BigDecimal first = BigDecimal.valueOf(from).divide(step, 0, RoundingMode.FLOOR);
        BigDecimal last = BigDecimal.valueOf(to).divide(step, 0, RoundingMode.CEILING);
        return new Axis(
                first.multiply(step), step, Math.max(1, last.subtract(first).intValueExact()));
    }

    /** The smallest 1, 2 or 5 times a power of ten that is not below {@code rough}. */
    private static BigDecimal roundStep(double rough) {
        BigDecimal power = BigDecimal.ONE.scaleByPowerOfTen((int) Math.floor(Math.log10(rough)));
        for (int factor : new int[] {1, 2, 5}) {
            BigDecimal step = power.multiply(BigDecimal.valueOf(factor));
            if (step.doubleValue() >= rough * (1 - 1e-9)) {
                return step;
            }
        }
        return power.multiply(BigDecimal.TEN);
    }

    /** Where a value lies: 0 at the axis's start, 1 at its end. */
    double share(double value) {
        return (value - start.doubleValue()) / (step.doubleValue() * intervals);
    }

    List<BigDecimal> ticks() {
        List<BigDecimal> ticks = new ArrayList<>();
        for (int i = 0; i <= intervals; i++) {
            ticks.add(start.add(step.multiply(BigDecimal.valueOf(i))));
        }
        return ticks;
    }

    /** The tick as text; with an exponent where zeros would crowd it. */
    static String label(BigDecimal tick) {
        double size = tick.abs().doubleValue();
        if (size != 0 && (size < 1e-3 || size >= 1e6)) {
            BigDecimal digits = tick.stripTrailingZeros();
            int exponent = digits.precision() - digits.scale() - 1;
            return digits.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
        }
        return tick.signum() == 0 ? "0" : tick.stripTrailingZeros().toPlainString();
    }
}
