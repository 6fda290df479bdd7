/** What a run shows: progress on the console, metrics as a file, a page with curves. */
package dev.newt.report;
