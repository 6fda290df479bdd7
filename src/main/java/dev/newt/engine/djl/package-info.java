/**
 * The engine for CPUs: libtorch through DJL, whose operations are TorchScript functions in kernels/torch, a forward and a backward each,
 * without autograd, on raw handles that are released at once. It must never know models, data or training, and no other package may know
 * libtorch. Begin with {@link dev.newt.engine.djl.DjlEngine}, then {@code Kernels}.
 */
package dev.newt.engine.djl;
