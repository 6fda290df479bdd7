/** The YAML file: its keys as records, read with their places, so that every message can point at what it means. */
package dev.newt.config;
