/**
 * What a run shows: progress on the console, metrics.jsonl, and pages with curves. It must never change what is computed: it only
 * listens to the events of training. Begin with {@link dev.newt.report.ConsoleProgress}, {@link dev.newt.report.MetricsFile} and
 * {@link dev.newt.report.HtmlReport}.
 */
package dev.newt.report;
