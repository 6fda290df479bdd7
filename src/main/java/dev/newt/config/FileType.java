package dev.newt.config;

/** {@code ds_type}: how the files of a data set are written. */
public enum FileType implements Choice {
    /** One JSON object a line, or a JSON array of objects. */
    JSON("json"),
    CSV("csv"),
    PARQUET("parquet"),
    /** Arrow's IPC format, as Hugging Face's datasets library writes it. */
    ARROW("arrow"),
    /** A row a line. */
    TEXT("text");

    private final String text;

    FileType(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
