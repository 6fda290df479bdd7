/**
 * What a configuration comes to, before anything runs: every default resolved, parameters counted, memory and work estimated. Reads
 * config.json and counts rows; touches no engine and no weights.
 */
package dev.newt.plan;
