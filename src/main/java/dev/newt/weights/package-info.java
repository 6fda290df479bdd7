/**
 * Weights on disk: safetensors files, model folders, element types and NF4 storage. It must never know model families or the roles of
 * tensors, only names, types and shapes. Begin with {@link dev.newt.weights.ModelDirectory} to read and
 * {@link dev.newt.weights.ModelWriter} to write.
 */
package dev.newt.weights;
