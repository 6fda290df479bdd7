package dev.newt.cli;

import dev.newt.config.yaml.ProblemException;
import dev.newt.config.yaml.ProblemText;
import dev.newt.io.UserException;

/** Tells bad input on standard error: with lines and carets where it is known, else as it says itself. */
final class Refusal {
    private Refusal() {}

    static void print(UserException refusal, Console console) {
        if (refusal instanceof ProblemException found) {
            console.err().print(new ProblemText(console.colour()).of(found.problems()));
            return;
        }
        boolean placed = refusal.getMessage().lines().findFirst().orElse("").contains(": error: ");
        console.err().println(placed ? refusal.getMessage() : "error: " + refusal.getMessage());
    }
}
