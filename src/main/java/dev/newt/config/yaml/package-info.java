/** YAML as written: values with their places, composed and changed by arguments before a record is filled from them. */
package dev.newt.config.yaml;
