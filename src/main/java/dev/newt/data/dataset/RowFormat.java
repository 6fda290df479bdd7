package dev.newt.data.dataset;

/** What a data set's rows are called and how they are written, in the user's own words. */
public sealed interface RowFormat permits PromptFormat, PreferenceFormat {}
