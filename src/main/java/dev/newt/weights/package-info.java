/** Weights on disk: safetensors files, model folders, element types, NF4 storage. */
package dev.newt.weights;
