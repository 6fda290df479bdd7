package dev.newt.jinja;

/** Numbers as Python prints them. */
public final class PythonNumbers {
    private PythonNumbers() {}

    /** {@code repr(float)}: the shortest digits that read back as the same number. */
    public static String repr(double value) {
        return PythonText.number(value);
    }
}
