/**
 * Settings, and what they come to before anything runs: every default resolved, parameters counted, memory and work estimated. Reads
 * config.json and counts rows; touches no engine and no weights. Begin with {@link dev.newt.plan.RunSettings}, which
 * {@link dev.newt.plan.SettingsReader} makes of a configuration and {@link dev.newt.plan.RunSettingsBuilder} of what a program says, and
 * {@link dev.newt.plan.Planner}.
 */
package dev.newt.plan;
