/** Model families: how each one's config.json and tensor names map to a {@link dev.newt.model.DecoderSpec} and its parts. */
package dev.newt.model.family;
