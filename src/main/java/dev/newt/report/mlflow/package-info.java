/** A run's metrics in MLflow, over its REST interface. */
package dev.newt.report.mlflow;
