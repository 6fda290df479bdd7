package dev.newt.regress;

import dev.newt.regress.Recording.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** A run against its baseline. */
final class Comparison {
    private final Recording baseline;
    private final Recording now;

    Comparison(Recording baseline, Recording now) {
        this.baseline = baseline;
        this.now = now;
    }

    /** The first step that differs, in words; empty if none does. */
    Optional<String> drift(Tolerance tolerance) {
        int both = Math.min(baseline.steps().size(), now.steps().size());
        for (int i = 0; i < both; i++) {
            Optional<String> difference =
                    difference(baseline.steps().get(i), now.steps().get(i), tolerance);
            if (difference.isPresent()) {
                return Optional.of("drift at step " + (i + 1) + ": " + difference.get());
            }
        }
        return baseline.steps().size() == now.steps().size()
                ? Optional.empty()
                : Optional.of("drift after step " + both + ": " + now.steps().size() + " steps were done, "
                        + baseline.steps().size() + " in the baseline");
    }

    private static Optional<String> difference(Step was, Step is, Tolerance tolerance) {
        if (was.tokens() != is.tokens()) {
            return Optional.of("tokens " + is.tokens() + ", baseline " + was.tokens());
        }
        if (was.trainedTokens() != is.trainedTokens()) {
            return Optional.of("trained tokens " + is.trainedTokens() + ", baseline " + was.trainedTokens());
        }
        return difference("loss", was.loss(), is.loss(), tolerance.loss())
                .or(() -> difference("gradient norm", was.gradNorm(), is.gradNorm(), tolerance.gradNorm()));
    }

    private static Optional<String> difference(String name, double was, double is, double tolerance) {
        return Tolerance.near(was, is, tolerance)
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%s %.6g, baseline %.6g, off by %.2g of it, tolerance %.2g",
                        name,
                        is,
                        was,
                        Math.abs(is - was) / Math.abs(was),
                        tolerance));
    }

    /** How the plan differs from the baseline's, in words; empty if its hash is the same. */
    Optional<String> planChange() {
        if (baseline.planHash().equals(now.planHash())) {
            return Optional.empty();
        }
        List<String> changes = new ArrayList<>();
        TreeSet<String> keys = new TreeSet<>(baseline.values().keySet());
        keys.addAll(now.values().keySet());
        for (String key : keys) {
            String was = shown(baseline.values(), key);
            String is = shown(now.values(), key);
            if (!was.equals(is)) {
                changes.add(key + " " + was + " -> " + is);
            }
        }
        return Optional.of("the plan hash changed: "
                + (changes.isEmpty()
                        ? "the file is the same, so the model's config.json or this version's defaults are not"
                        : String.join(", ", changes)));
    }

    private static String shown(Map<String, String> values, String key) {
        return values.getOrDefault(key, "unset");
    }

    /** What else may have changed the numbers; empty if the device is the same. */
    Optional<String> deviceChange() {
        return baseline.device().equals(now.device())
                ? Optional.empty()
                : Optional.of("the baseline was made on " + baseline.device() + ", this is " + now.device()
                        + "; numbers depend slightly on the number of threads");
    }
}
