package dev.newt.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.adapter.LoraSettings.Targets;
import dev.newt.io.UserException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoraTargetsTest {
    private static final List<String> LINEARS = List.of(
            "model.layers.0.self_attn.q_proj",
            "model.layers.0.mlp.up_proj",
            "model.layers.1.self_attn.q_proj",
            "model.layers.1.mlp.up_proj");
    private static final List<String> MODULES = List.of(
            "model.embed_tokens", "model.layers.0.input_layernorm", "model.layers.0.self_attn.q_proj", "model.norm");

    @Test
    void takesAllProjectionsInOrder() {
        assertThat(LoraTargets.adapted(Targets.ALL_LINEAR, LINEARS)).isEqualTo(LINEARS);
    }

    @Test
    void findsNamesAtTheEndOfAPathOnly() {
        assertThat(LoraTargets.adapted(Targets.named("q_proj"), LINEARS))
                .containsExactly("model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.q_proj");
        assertThat(LoraTargets.adapted(Targets.named("1.mlp.up_proj"), LINEARS))
                .containsExactly("model.layers.1.mlp.up_proj");
        assertThatThrownBy(() -> LoraTargets.adapted(Targets.named("proj"), LINEARS))
                .isInstanceOf(UserException.class)
                .hasMessage("lora_target_modules: no projection is named proj; this model has q_proj, up_proj. The embedding and"
                        + " the head are trained in full by lora_modules_to_save");
    }

    @Test
    void matchesARegularExpressionAgainstTheWholeName() {
        Targets pattern = new Targets(false, List.of(), Optional.of(".*\\.0\\..*(q|up)_proj"));
        assertThat(LoraTargets.adapted(pattern, LINEARS))
                .containsExactly("model.layers.0.self_attn.q_proj", "model.layers.0.mlp.up_proj");
        Targets part = new Targets(false, List.of(), Optional.of("q_proj"));
        assertThatThrownBy(() -> LoraTargets.adapted(part, LINEARS))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("matches the whole name of no projection");
    }

    @Test
    void sendsTheHeadToModulesToSave() {
        assertThatThrownBy(() -> LoraTargets.adapted(Targets.named("lm_head"), LINEARS))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("The embedding and the head are trained in full by lora_modules_to_save");
    }

    @Test
    void savesModulesByTheEndOfTheirNames() {
        assertThat(LoraTargets.saved(List.of("norm", "embed_tokens"), MODULES, Set.of()))
                .containsExactly("model.embed_tokens", "model.layers.0.input_layernorm", "model.norm");
        assertThatThrownBy(() -> LoraTargets.saved(List.of("q_proj"), MODULES, Set.of(MODULES.get(2))))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is also adapted");
        assertThatThrownBy(() -> LoraTargets.saved(List.of("wte"), MODULES, Set.of()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no module is named wte");
    }
}
