/**
 * Prompt formats: what a row becomes as tokens, and which of them are trained. It must never know lengths, packing or batches. Begin
 * with {@link dev.newt.data.prompt.PromptStrategies}, which maps a {@code type} to its class; for conversations {@code ChatStrategy} and
 * {@code TurnMarks} decide what is trained.
 */
package dev.newt.data.prompt;
