/**
 * Preference data: rows that say which answer is better, as prompts and answers. It must never know losses or how an objective uses the
 * pairs. Begin with {@link dev.newt.data.preference.PreferenceStrategies}, which maps a {@code type} to its class.
 */
package dev.newt.data.preference;
