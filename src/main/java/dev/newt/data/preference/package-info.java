/** Preference data: rows that say which answer is better, as prompts and answers for the objectives to come. */
package dev.newt.data.preference;
