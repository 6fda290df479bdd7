/**
 * The engine for CPUs: libtorch through DJL. Its operations are TorchScript functions (kernels/torch), a forward and a backward each,
 * without autograd, on raw handles that are released at once.
 */
package dev.newt.engine.djl;
