/** Wires a plan into parts: data, model, adapter, training, and what comes after. */
package dev.newt.run;
