package dev.newt.config;

import java.util.Optional;

/** {@code gradient_checkpointing}. Where the kept inputs of the layers would be moved to main memory, they are there already. */
public enum Checkpointing implements Choice {
    ON("true"),
    OFF("false"),
    OFFLOAD("offload"),
    OFFLOAD_DISK("offload_disk");

    private final String text;

    Checkpointing(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public Optional<String> note() {
        return switch (this) {
            case OFFLOAD -> Optional.of("offload runs as true: the activations are in main memory already");
            case OFFLOAD_DISK -> Optional.of("offload_disk runs as true: the activations stay in main memory");
            default -> Optional.empty();
        };
    }
}
