package dev.newt.model.family;

import dev.newt.model.DecoderSpec;

/** What is particular to one family. */
interface Family {
    /** The {@code model_type} in config.json. */
    String name();

    DecoderSpec spec(ConfigFields config);

    default ModuleNames names() {
        return ModuleNames.LLAMA;
    }

    /** Whether {@code bos_token_id} 1 and {@code eos_token_id} 2 hold where config.json leaves them out. */
    default boolean llamaTokenDefaults() {
        return false;
    }
}
