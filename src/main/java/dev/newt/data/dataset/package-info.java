/**
 * How one data set is to be read, and what is read from it: settings, prompt format, chat template, examples and findings. It must never
 * know how a format is encoded, packed or cached. Begin with {@link dev.newt.data.dataset.DatasetSettings} and
 * {@link dev.newt.data.dataset.Example}.
 */
package dev.newt.data.dataset;
