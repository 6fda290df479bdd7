package dev.newt.config;

/**
 * A value that may be written in several forms. The record has one {@code Optional} component for each: text, a list or a mapping.
 * Exactly one is present.
 */
public interface Union {}
