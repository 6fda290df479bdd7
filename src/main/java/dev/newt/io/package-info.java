/**
 * Files that appear whole or not at all, JSON, SHA-256, and the exception whose message is for the user. It must never know anything of
 * models, data or configuration: every other package may use it. Begin with {@link dev.newt.io.AtomicFiles}.
 */
package dev.newt.io;
