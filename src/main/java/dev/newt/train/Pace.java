package dev.newt.train;

import java.util.ArrayDeque;
import java.util.Deque;

/** How fast the last steps went. */
final class Pace {
    private static final int STEPS = 20;

    private final Deque<Step> last = new ArrayDeque<>();

    private record Step(double seconds, long tokens) {}

    void add(double seconds, long tokens) {
        last.addLast(new Step(seconds, tokens));
        if (last.size() > STEPS) {
            last.removeFirst();
        }
    }

    double tokensPerSecond() {
        return last.stream().mapToLong(Step::tokens).sum() / Math.max(seconds(), 1e-9);
    }

    double secondsFor(long steps) {
        return last.isEmpty() ? 0 : seconds() / last.size() * steps;
    }

    private double seconds() {
        return last.stream().mapToDouble(Step::seconds).sum();
    }
}
