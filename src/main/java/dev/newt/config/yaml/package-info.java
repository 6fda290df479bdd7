/**
 * YAML as it is written: values with their places, {@code extends}, environment variables and overrides, before a record is filled. It
 * must never know a single key of Newt's. Begin with {@link dev.newt.config.yaml.YamlReader}; {@link dev.newt.config.yaml.Problem} and
 * {@link dev.newt.config.yaml.ProblemText} are how errors look.
 */
package dev.newt.config.yaml;
