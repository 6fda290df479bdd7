package dev.newt.config;

import java.util.Map;
import java.util.Set;

/** Values that Axolotl knows and that are not supported yet, so that they are not taken for misspelt. */
final class AxolotlValues {
    private static final Map<String, Set<String>> BY_KEY = Map.of(
            "optimizer",
            Set.of(
                    "adafactor",
                    "adagrad",
                    "adalomo",
                    "ademamix",
                    "ademamix_8bit",
                    "adopt_adamw",
                    "apollo_adamw",
                    "came_pytorch",
                    "dion",
                    "flash_adam",
                    "flash_lion",
                    "flash_sgd",
                    "flash_sgdw",
                    "galore_adamw",
                    "galore_adamw_8bit",
                    "grokadamw",
                    "lion",
                    "lion_8bit",
                    "lion_32bit",
                    "lomo",
                    "muon",
                    "paged_ademamix_32bit",
                    "paged_ademamix_8bit",
                    "paged_lion_32bit",
                    "paged_lion_8bit",
                    "q_galore_adamw8bit",
                    "rmsprop",
                    "schedule_free_adamw",
                    "schedule_free_sgd",
                    "sgd",
                    "sinkgd",
                    "stable_adamw"),
            "lr_scheduler",
            Set.of(
                    "cosine_with_min_lr",
                    "cosine_with_restarts",
                    "inverse_sqrt",
                    "one_cycle",
                    "polynomial",
                    "reduce_lr_on_plateau",
                    "rex",
                    "warmup_stable_decay"),
            "save_strategy",
            Set.of("best"),
            "adapter",
            Set.of("llama-adapter"),
            "rl",
            Set.of("ebft", "gdpo", "grpo", "ipo", "kto", "orpo", "simpo"));

    private AxolotlValues() {}

    static boolean has(String key, String value) {
        return BY_KEY.getOrDefault(key, Set.of()).contains(value);
    }
}
