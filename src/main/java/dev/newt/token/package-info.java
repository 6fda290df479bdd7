/**
 * Tokenizers: text to token ids and positions, exactly as Hugging Face's fast tokenizers give them. It must never know chat templates,
 * rows or what is trained. Begin with {@link dev.newt.token.Tokenizer}; {@code BpeEncoder} is the faster way to the same ids.
 */
package dev.newt.token;
