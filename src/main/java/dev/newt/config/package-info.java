/**
 * The YAML file as records: every key with its type, default, limits and documentation, and every message with its place in the file. It
 * must never know models, data or engines; no package below {@code plan} may import it. Begin with {@link dev.newt.config.NewtConfig}
 * for the keys and {@link dev.newt.config.ConfigFile} for how a file becomes one.
 */
package dev.newt.config;
