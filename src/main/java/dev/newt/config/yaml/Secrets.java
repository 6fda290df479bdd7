package dev.newt.config.yaml;

import java.util.Locale;
import java.util.Set;

/** Keys whose values must not be shown. */
public final class Secrets {
    public static final String MASK = "***";

    private static final Set<String> ENDINGS = Set.of("token", "key", "password", "secret");
    /** Tokens of the model, and the name of a field of the data. */
    private static final Set<String> NO_SECRETS = Set.of("template_thinking_key", "comet_experiment_key");

    private Secrets() {}

    /** Whether the key at a path such as {@code hub_token} is secret, by the end of its name. */
    public static boolean isSecret(String path) {
        String key = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(key::endsWith)
                && !path.startsWith("special_tokens.")
                && !NO_SECRETS.contains(key);
    }

    /** An argument {@code key=value} without its secrets. */
    static String hidden(String argument) {
        int equals = argument.indexOf('=');
        return equals > 0 && isSecret(argument.substring(0, equals))
                ? argument.substring(0, equals + 1) + MASK
                : argument;
    }
}
