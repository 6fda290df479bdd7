package dev.newt.report.mlflow;

import java.nio.file.Path;
import java.util.Map;

/**
 * What is sent to MLflow when a run begins.
 *
 * @param outputDirectory keeps the run's id
 * @param startStep above 0 for a resumed run
 * @param configuration by key path
 */
record MlflowRun(
        Path outputDirectory,
        long startStep,
        long startMillis,
        Map<String, String> configuration,
        Map<String, String> tags) {}
