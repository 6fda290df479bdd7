/**
 * From rows to batches of tokens: encoding, length limits, checks, mixing, the cache of prepared data, and streaming. It must never know
 * the configuration file, models or optimizers. Begin with {@link dev.newt.data.Preparation} for data that are prepared first and
 * {@link dev.newt.data.DataStream} for data that are streamed.
 */
package dev.newt.data;
