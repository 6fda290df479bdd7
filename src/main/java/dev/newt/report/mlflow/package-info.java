/**
 * A run's metrics in MLflow, over its REST interface. It must never slow or stop a run: a thread of its own sends, and a failing server
 * costs a warning. Begin with {@link dev.newt.report.mlflow.MlflowTracking}, then {@code Sender}.
 */
package dev.newt.report.mlflow;
