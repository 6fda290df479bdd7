/**
 * The trackers of experiments that a configuration asks for, each told what a run logs. It must never know how one of them is spoken to.
 * Begin with {@link dev.newt.report.tracking.Tracking}.
 */
package dev.newt.report.tracking;
