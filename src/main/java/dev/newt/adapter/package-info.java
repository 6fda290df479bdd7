/** Low-rank adapters on a frozen decoder, their files in PEFT's format, and merging them into the weights. */
package dev.newt.adapter;
