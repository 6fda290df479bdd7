package dev.newt.data.preference;

/** One row of preference data, as the preference objectives read it. */
public sealed interface PreferenceExample permits PreferencePair, KtoExample, StepwiseExample {
    /** The given text, up to where the model's answer begins. */
    String prompt();
}
