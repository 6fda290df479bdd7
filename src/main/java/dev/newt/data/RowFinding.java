package dev.newt.data;

/** What may be wrong with a row that can be read: it is told, and preparation goes on. */
public enum RowFinding {
    /** None of its tokens is trained, so it is left out. */
    TRAINS_NOTHING("trains nothing and is left out"),
    /** Its last trained token is not an end token, so the model is not taught to stop. */
    ENDS_BEFORE_EOS("ends its training before an end token, so the model does not learn to stop"),
    /** Its system text is not in the text that the chat template wrote. */
    SYSTEM_PROMPT_LOST("has a system text that the chat template does not show");

    private final String text;

    RowFinding(String text) {
        this.text = text;
    }

    /** What is said of the row, behind its place. */
    public String text() {
        return text;
    }
}
