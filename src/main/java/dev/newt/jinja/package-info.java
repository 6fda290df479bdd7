/**
 * Chat templates: Jinja2 as Hugging Face's {@code apply_chat_template} runs it, with the origin of every rendered character. It must
 * never know tokenizers or training, and no template may reach Java. Begin with {@link dev.newt.jinja.ChatTemplate} and follow
 * {@code Lexer}, {@code Parser}, {@code Stmt} and {@code Expr}; filters are in {@code Filters} and the classes named after what they
 * work on.
 */
package dev.newt.jinja;
