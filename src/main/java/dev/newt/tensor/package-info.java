/**
 * The arithmetic that models are written in: shapes, parameters, the engine's operations as interfaces, and the tape that records a
 * forward pass for the backward pass. It must never know how an operation is computed, nor which model it serves. Begin with
 * {@link dev.newt.tensor.Tape} and {@link dev.newt.tensor.Engine}.
 */
package dev.newt.tensor;
