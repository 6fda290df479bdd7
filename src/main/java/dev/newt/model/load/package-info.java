/** Decoders from files, or drawn at random. */
package dev.newt.model.load;
