package dev.newt.config;

/** {@code data_checks}: what becomes of data that would not train what is meant. */
public enum DataChecking implements Choice {
    ERROR("error"),
    WARN("warn");

    private final String text;

    DataChecking(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
