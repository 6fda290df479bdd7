/**
 * Runs configurations for a few steps and compares their numbers with stored baselines. It must never train differently from
 * {@code run}: it only gives the run another output folder and fewer steps. Begin with {@link dev.newt.regress.Regression}, then
 * {@code Comparison}.
 */
package dev.newt.regress;
