/** What a decoder-only transformer is (plain data) and the one decoder that computes every family. */
package dev.newt.model;
