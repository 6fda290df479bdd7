package dev.newt.report.mlflow;

import java.nio.file.Path;
import java.util.Map;

/**
 * What MLflow is told about a run when it begins.
 *
 * @param outputDirectory keeps the run's id
 * @param startStep above 0 for a run that goes on
 * @param configuration by key path
 */
record MlflowRun(
        Path outputDirectory,
        long startStep,
        long startMillis,
        Map<String, String> configuration,
        Map<String, String> tags) {}
