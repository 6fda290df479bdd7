package dev.newt.jinja;

import java.util.HashSet;
import java.util.Set;

/**
 * The names that the outermost level of a template assigns before it reads them there.
 *
 * <p>Jinja makes such a name the template's own from the start: until it is assigned, macros and loops see it as undefined, even if the
 * request has a variable of that name. An assignment in only one branch of an if does not count.
 */
final class RootNames {
    private final Set<String> read = new HashSet<>();
    private final Set<String> own = new HashSet<>();
    private int nested;
    private int branches;

    Set<String> own() {
        return own;
    }

    void enterBlock() {
        nested++;
    }

    void leaveBlock() {
        nested--;
    }

    void enterBranch() {
        branches++;
    }

    void leaveBranch() {
        branches--;
    }

    void read(String name) {
        if (nested == 0 && !own.contains(name)) {
            read.add(name);
        }
    }

    void write(String name) {
        if (nested == 0 && branches > 0) {
            read(name);
        } else if (nested == 0 && !read.contains(name)) {
            own.add(name);
        }
    }
}
