/**
 * Opens the engine of a device. It must never know models or training. Begin with {@link dev.newt.engine.Engines}; the engines
 * themselves are in the packages below.
 */
package dev.newt.engine;
