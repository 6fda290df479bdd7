package dev.newt.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {
    private static List<String> labels(double low, double high, int wanted, boolean whole) {
        return Axis.over(low, high, wanted, whole).ticks().stream()
                .map(Axis::label)
                .toList();
    }

    @Test
    void putsTicksAtRoundNumbersAroundTheValues() {
        assertThat(labels(0.83, 4.1, 5, false)).containsExactly("0", "1", "2", "3", "4", "5");
        assertThat(labels(0, 100, 8, true)).containsExactly("0", "20", "40", "60", "80", "100");
        assertThat(labels(-1.2, 0.4, 4, false)).containsExactly("-1.5", "-1", "-0.5", "0", "0.5");
    }

    @Test
    void writesSmallAndLargeNumbersWithAnExponent() {
        assertThat(labels(0, 2e-4, 4, false)).containsExactly("0", "5e-5", "1e-4", "1.5e-4", "2e-4");
        assertThat(labels(0, 2e6, 4, false)).containsExactly("0", "500000", "1e6", "1.5e6", "2e6");
    }

    @Test
    void makesRoomAroundASingleValue() {
        assertThat(labels(0, 0, 2, false)).containsExactly("-1", "0", "1");
        Axis axis = Axis.over(3, 3, 4, false);
        assertThat(axis.share(3)).isBetween(0.3, 0.7);
        assertThat(labels(0, 1, 8, true)).containsExactly("0", "1");
    }
}
