package dev.newt.data.dataset;

import dev.newt.data.DataChecks;

/** What may be wrong with a row that can be read; preparation goes on, and {@link DataChecks} judges. */
public enum RowFinding {
    /** No token of it is trained, so it is left out. */
    TRAINS_NOTHING(
            true,
            "trains nothing and is left out",
            "take it out of the file, or give it something to train on: for chat_template an answer by a role of"
                    + " roles_to_train, for input_output a segment with label: true, for tokens a label that is not -100"),
    /** Its system text is not in the text that the chat template wrote. */
    SYSTEM_PROMPT_LOST(
            true,
            "has a system text that the chat template does not show",
            "use a chat_template that shows it, or take the text out of the row (drop_system_message: true does that"
                    + " where it comes first)"),
    /** All that is trained of it lay behind {@code sequence_len}, so it is left out. */
    CUT_BEFORE_TRAINED(
            false, "is cut before its first trained token and is left out", "raise sequence_len to train on it"),
    /** Its chosen answer is its rejected one too. */
    EQUAL_ANSWERS(false, "has two equal answers, which train nothing", "take it out of the file, or correct it"),
    /** Its last trained token is not an end token, so the model is not trained to stop there. */
    ENDS_BEFORE_EOS(
            false,
            "ends its training before an end token, so the model is not trained to stop there",
            "name the token that ends an answer in eot_tokens, or write it into the row");

    private final boolean error;
    private final String text;
    private final String remedy;

    RowFinding(boolean error, String text, String remedy) {
        this.error = error;
        this.text = text;
        this.remedy = remedy;
    }

    /** Whether such a row refuses the data. */
    public boolean isError() {
        return error;
    }

    /** What is said of the row, behind its place. */
    public String text() {
        return text;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
