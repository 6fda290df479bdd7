/** Runs configurations for a few steps and compares their numbers with those that were stored. */
package dev.newt.regress;
