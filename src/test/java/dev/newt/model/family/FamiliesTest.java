package dev.newt.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import dev.newt.model.Block;
import dev.newt.model.Declaration;
import dev.newt.model.DecoderSpec;
import dev.newt.model.Experts;
import dev.newt.model.FeedForward;
import dev.newt.model.GroupedAttention;
import dev.newt.model.Norm;
import dev.newt.model.Place;
import dev.newt.model.Role;
import dev.newt.model.Rotary;
import dev.newt.tensor.Activation;
import dev.newt.tensor.AttentionSpec;
import dev.newt.tensor.DType;
import dev.newt.tensor.RoutingSpec;
import dev.newt.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class FamiliesTest {
    private static final OptionalInt NONE = OptionalInt.empty();

    @Test
    void listsTheFamilies() {
        assertThat(Families.supported()).containsExactly("llama", "mistral", "qwen2", "qwen3", "gpt_neox", "mixtral");
    }

    /** Other code knows modules by their role. */
    @Test
    void noOtherCodeKnowsWhatACheckpointCallsAModule() throws IOException {
        Set<String> names = new TreeSet<>();
        for (String model : List.of("llama", "qwen3", "gpt_neox", "mixtral")) {
            Families.read(golden(model, "config.json")).tensors().all().forEach(slot -> names.addAll(
                    Stream.of(slot.moduleName().split("\\.")).filter(part -> part.contains("_")).toList()));
        }
        // A family's name is its model_type, too.
        names.removeAll(Families.supported());
        assertThat(names).contains("q_proj", "lm_head", "embed_tokens", "block_sparse_moe", "query_key_value");
        Pattern literal = Pattern.compile("\"[^\"]*\\b(" + String.join("|", names) + ")\\b[^\"]*\"");
        Path main = Path.of("src/main/java");
        try (Stream<Path> files = Files.walk(main)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> !path.startsWith(main.resolve("dev/newt/model/family")))
                    .toList()) {
                assertThat(Files.readAllLines(file))
                        .as(file.toString())
                        .filteredOn(line -> !line.contains("example = "))
                        .noneMatch(line -> literal.matcher(line).find());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama_tied", "mistral", "qwen2", "qwen3", "gpt_neox", "mixtral"})
    void bothFormsOfAConfigurationMeanTheSame(String model) {
        ModelConfig current = Families.read(golden(model, "config.json"));
        ModelConfig legacy = Families.read(golden(model, "config.legacy.json"));

        assertThat(legacy.spec()).isEqualTo(current.spec());
        assertThat(legacy).usingRecursiveComparison().ignoringFields("tensors").isEqualTo(current);
        assertThat(legacy.tensors().all()).isEqualTo(current.tensors().all());
    }

    @Test
    void readsALlama() {
        ModelConfig config = Families.read(golden("llama", "config.json"));

        Norm norm = new Norm.Rms(1e-5);
        Rotary rotary = new Rotary(10_000, 16, new Rotary.Llama3(8, 1, 4, 64));
        GroupedAttention attention = new GroupedAttention(
                new AttentionSpec(4, 2, 16, 0.25, NONE), rotary, false, false, false, Optional.empty());
        Block block = new Block(
                attention, new FeedForward.Gated(128, Activation.SILU, false), norm, Block.Residual.SEQUENTIAL);
        assertThat(config.spec()).isEqualTo(new DecoderSpec(512, 64, Collections.nCopies(3, block), norm, false, 256));
        assertThat(config.family()).isEqualTo("llama");
        assertThat(config.dtype()).contains(DType.F32);
        assertThat(config.bosToken()).hasValue(9);
        assertThat(config.eosTokens()).containsExactly(13);
        assertThat(config.padToken()).hasValue(10);
        assertThat(config.initializerRange()).isEqualTo(0.02);
    }

    @Test
    void readsAMistralWithItsWindow() {
        DecoderSpec spec = Families.read(golden("mistral", "config.json")).spec();

        assertThat(spec.attention(2).heads()).isEqualTo(new AttentionSpec(4, 2, 16, 0.25, OptionalInt.of(16)));
        assertThat(spec.attention(0).rotary().scaling()).isEqualTo(new Rotary.Default());
    }

    @Test
    void readsAQwen2WithItsBiases() {
        ModelConfig config = Families.read(golden("qwen2", "config.json"));

        assertThat(config.spec().attention(0).qkvBias()).isTrue();
        assertThat(config.spec().attention(0).outputBias()).isFalse();
        assertThat(config.spec().tiedHead()).isTrue();
        assertThat(config.spec().attention(0).rotary().theta()).isEqualTo(1e6);
        assertThat(config.bosToken()).isEmpty();
        assertThat(config.tensors().find("model.layers.1.self_attn.k_proj.bias"))
                .contains(new TensorSlot(
                        Declaration.of(Role.KEY, Shape.of(32, 64), true),
                        true,
                        OptionalInt.of(1),
                        "model.layers.1.self_attn.k_proj.bias"))
                .map(TensorSlot::shape)
                .contains(Shape.of(32));
        assertThat(config.tensors().find("lm_head.weight")).isEmpty();
    }

    @Test
    void readsAQwen3WithItsNormedHeads() {
        ModelConfig config = Families.read(golden("qwen3", "config.json"));

        GroupedAttention attention = config.spec().attention(0);
        assertThat(attention.heads()).isEqualTo(new AttentionSpec(4, 2, 24, 1 / Math.sqrt(24), NONE));
        assertThat(attention.headNorm()).contains(new Norm.Rms(1e-6));
        assertThat(attention.qkvBias()).isFalse();
        assertThat(attention.outputBias()).isFalse();
        assertThat(config.tensors().find("model.layers.1.self_attn.k_norm.weight"))
                .contains(new TensorSlot(
                        Declaration.of(Role.KEY_NORM, Shape.of(24), false),
                        false,
                        OptionalInt.of(1),
                        "model.layers.1.self_attn.k_norm.weight"));
    }

    @Test
    void aQwen3WithoutAWordOnItsHeadsHasItsFamilysSize() {
        DecoderSpec spec = family("qwen3", Map.of("num_attention_heads", "3", "num_key_value_heads", "1"))
                .spec();
        assertThat(spec.attention(0).heads().headDim()).isEqualTo(128);
        assertThat(spec.attention(0).queryWidth()).isEqualTo(384);
    }

    @Test
    void aQwen3MayHaveBiasesAndWindows() {
        GroupedAttention attention = family("qwen3", Map.of("attention_bias", "true", "num_key_value_heads", "4"))
                .spec()
                .attention(0);
        assertThat(attention.qkvBias()).isTrue();
        assertThat(attention.outputBias()).isTrue();
        assertThat(windows("qwen3", "\"use_sliding_window\": true, \"sliding_window\": 8, \"max_window_layers\": 1"))
                .containsExactly(NONE, OptionalInt.of(8));
    }

    @Test
    void readsAGptNeoX() {
        ModelConfig config = Families.read(golden("gpt_neox", "config.json"));

        Norm norm = new Norm.Layer(1e-5, true);
        GroupedAttention attention = new GroupedAttention(
                new AttentionSpec(4, 4, 16, 0.25, NONE),
                new Rotary(10_000, 4, new Rotary.Default()),
                true,
                true,
                true,
                Optional.empty());
        Block block =
                new Block(attention, new FeedForward.Plain(128, Activation.GELU, true), norm, Block.Residual.PARALLEL);
        assertThat(config.spec()).isEqualTo(new DecoderSpec(512, 64, Collections.nCopies(3, block), norm, false, 256));
        assertThat(config.tensors().find("gpt_neox.layers.2.attention.query_key_value.bias"))
                .map(TensorSlot::shape)
                .contains(Shape.of(192));
        assertThat(config.tensors().find("embed_out.weight")).isPresent();
    }

    @Test
    void aGptNeoXMayAddItsPartsInTurnAndGoWithoutBiases() {
        DecoderSpec spec = family("gpt_neox", Map.of("use_parallel_residual", "false", "attention_bias", "false"))
                .spec();
        assertThat(spec.blocks().get(0).residual()).isEqualTo(Block.Residual.SEQUENTIAL);
        assertThat(spec.attention(0).qkvBias()).isFalse();
        assertThat(spec.attention(0).outputBias()).isFalse();
    }

    @Test
    void rotarySettingsOfAGptNeoXAreReadInBothFormsAndTheNewerWins() {
        String nested = "{\"rope_theta\": 500, \"partial_rotary_factor\": 0.5, \"rope_type\": \"default\"}";
        Rotary expected = new Rotary(500, 8, new Rotary.Default());
        assertThat(family("gpt_neox", Map.of("rope_parameters", nested, "rotary_pct", "1"))
                        .spec()
                        .attention(0)
                        .rotary())
                .isEqualTo(expected);
        assertThat(family("gpt_neox", Map.of("rotary_emb_base", "500", "rotary_pct", "0.5"))
                        .spec()
                        .attention(0)
                        .rotary())
                .isEqualTo(expected);
    }

    @Test
    void readsAMixtralWithItsExperts() {
        ModelConfig config = Families.read(golden("mixtral", "config.json"));

        Experts experts = new Experts(48, Activation.SILU, 4, new RoutingSpec(2, true), 0);
        assertThat(config.spec().blocks()).hasSize(2).allSatisfy(block -> {
            assertThat(block.feedForward()).isEqualTo(experts);
            assertThat(block.norm()).isEqualTo(new Norm.Rms(1e-5));
        });
        assertThat(config.spec().attention(0).rotary().theta()).isEqualTo(1e6);
        assertThat(config.tensors().find("model.layers.1.block_sparse_moe.experts.3.w2.weight"))
                .contains(new TensorSlot(
                        new Declaration(Place.of(Role.EXPERT_DOWN, 3), Shape.of(64, 48), false, 0.5),
                        false,
                        OptionalInt.of(1),
                        "model.layers.1.block_sparse_moe.experts.3.w2.weight"));
        assertThat(config.tensors().find("model.layers.0.block_sparse_moe.gate.weight"))
                .map(TensorSlot::shape)
                .contains(Shape.of(4, 64));
        assertThat(config.tensors().all().stream().map(TensorSlot::name).filter(name -> name.contains(".0.block_sparse")))
                .startsWith(
                        "model.layers.0.block_sparse_moe.gate.weight",
                        "model.layers.0.block_sparse_moe.experts.0.w1.weight",
                        "model.layers.0.block_sparse_moe.experts.0.w3.weight",
                        "model.layers.0.block_sparse_moe.experts.0.w2.weight",
                        "model.layers.0.block_sparse_moe.experts.1.w1.weight");
    }

    @Test
    void whatAMixtralLeavesOutIsItsFamilysOwn() {
        ModelConfig config = family("mixtral", Map.of("num_attention_heads", "8"));

        DecoderSpec spec = config.spec();
        Experts experts = (Experts) spec.blocks().get(0).feedForward();
        assertThat(experts.experts()).isEqualTo(8);
        assertThat(experts.routing()).isEqualTo(new RoutingSpec(2, true));
        assertThat(spec.attention(0).heads()).isEqualTo(new AttentionSpec(8, 8, 8, 1 / Math.sqrt(8), NONE));
        assertThat(spec.attention(0).rotary().theta()).isEqualTo(1e6);
        assertThat(spec.finalNorm()).isEqualTo(new Norm.Rms(1e-5));
        assertThat(config.bosToken()).hasValue(1);
        assertThat(config.eosTokens()).containsExactly(2);
    }

    @Test
    void aMixtralsRoutersAreBalancedWhereTheirLogitsAreAskedFor() {
        Map<String, String> silent = Map.of("num_key_value_heads", "4", "router_aux_loss_coef", "0.02");
        Map<String, String> asked = new TreeMap<>(silent);
        asked.put("output_router_logits", "true");
        assertThat(family("mixtral", silent).spec().routerBalance()).isZero();
        assertThat(family("mixtral", asked).spec().routerBalance()).isEqualTo(0.02);
        asked.remove("router_aux_loss_coef");
        assertThat(family("mixtral", asked).spec().routerBalance()).isEqualTo(0.001);
        assertThat(family("llama", Map.of()).spec().routerBalance()).isZero();
    }

    @Test
    void aMixtralMayHaveAWindow() {
        assertThat(windows("mixtral", "\"sliding_window\": 8")).containsOnly(OptionalInt.of(8));
        assertThat(windows("mixtral", "\"num_experts\": 3")).containsOnly(NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    qwen3 | attention_dropout | 0.1                              | attention_dropout is 0.1; only 0 is supported
                    qwen3 | hidden_act        | "relu2"                          | hidden_act is relu2; supported are silu
                    qwen3 | rope_scaling      | {"type": "su"}                   | rope_scaling.rope_type is su; supported are default
                    qwen3 | rope_parameters   | {"partial_rotary_factor": 0.5}   | rope_parameters.partial_rotary_factor is 0.5
                    qwen3 | layer_types       | ["linear_attention", "full_attention"] | layer_types is linear_attention; supported are
                    gpt_neox | hidden_dropout      | 0.1   | hidden_dropout is 0.1; only 0 is supported
                    gpt_neox | attention_dropout   | 0.1   | attention_dropout is 0.1; only 0 is supported
                    gpt_neox | hidden_act          | "gelu_fast" | hidden_act is gelu_fast; supported are silu
                    gpt_neox | head_dim            | 16    | head_dim is set; a gpt_neox model's heads share its hidden size
                    gpt_neox | tie_word_embeddings | true  | tie_word_embeddings is true; only false is supported
                    gpt_neox | num_attention_heads | 3     | hidden_size is 64; a multiple of num_attention_heads, 3, is needed
                    gpt_neox | rotary_pct          | 0.2   | rotary_pct is 0.2; an even number, at least 2, of the 16 dimensions
                    gpt_neox | rotary_pct          | 1.5   | rotary_pct is 1.5; an even number
                    gpt_neox | rope_parameters     | {"partial_rotary_factor": 0.1} | rope_parameters.partial_rotary_factor is 0.1; an even number
                    gpt_neox | rope_scaling        | {"type": "linear", "factor": 2} | rope_scaling.type is linear; only default is supported
                    gpt_neox | rope_parameters     | {"factor": 2} | rope_parameters.factor is not a rotary setting that is supported
                    mixtral | router_jitter_noise  | 0.01  | router_jitter_noise is 0.01; only 0 is supported
                    mixtral | num_experts_per_tok  | 9     | num_experts_per_tok is 9; at most num_local_experts, 8, is possible
                    mixtral | num_local_experts    | 0     | num_local_experts is 0; an integer above 0 is needed
                    mixtral | router_aux_loss_coef | -1    | router_aux_loss_coef is -1.0; a number from 0 on is needed
                    mixtral | attention_dropout    | 0.1   | attention_dropout is 0.1; only 0 is supported
                    mixtral | layer_types          | ["sliding_attention", "full_attention"] | layer_types is sliding_attention
                    """)
    void refusesWhatAFamilyCannotCompute(String family, String key, String value, String message) {
        Map<String, String> changes = new TreeMap<>(Map.of("num_key_value_heads", "4", "rotary_pct", "0.25"));
        changes.put(key, value);
        assertThatThrownBy(() -> family(family, changes))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("here/config.json: ")
                .hasMessageContaining(message);
    }

    @Test
    void aListOfEndTokensIsRead() {
        assertThat(llama(Map.of("eos_token_id", "[128001, 128008, 128009]")).eosTokens())
                .containsExactly(128_001, 128_008, 128_009);
    }

    @Test
    void absentTokensAreTheFamilysOwnAndNullOnesAreNone() {
        ModelConfig absent = llama(Map.of());
        assertThat(absent.bosToken()).hasValue(1);
        assertThat(absent.eosTokens()).containsExactly(2);
        assertThat(absent.padToken()).isEmpty();

        ModelConfig none = llama(Map.of("bos_token_id", "null", "eos_token_id", "null"));
        assertThat(none.bosToken()).isEmpty();
        assertThat(none.eosTokens()).isEmpty();
    }

    @Test
    void headsDefaultToSharesOfTheHiddenSize() {
        DecoderSpec spec = llama(Map.of()).spec();
        assertThat(spec.attention(0).heads().headDim()).isEqualTo(16);
        assertThat(spec.attention(0).heads().kvHeads()).isEqualTo(4);
    }

    @Test
    void aHeadMayBeOfAnotherSize() {
        DecoderSpec spec = llama(Map.of("head_dim", "32")).spec();
        assertThat(spec.attention(0).queryWidth()).isEqualTo(128);
        assertThat(spec.attention(0).rotary().dims()).isEqualTo(32);
    }

    @Test
    void aWindowInQwen2BeginsAtALayer() {
        String window = "\"sliding_window\": 8, \"max_window_layers\": 1";
        assertThat(windows("qwen2", window)).containsExactly(NONE, NONE);
        assertThat(windows("qwen2", "\"use_sliding_window\": true, " + window))
                .containsExactly(NONE, OptionalInt.of(8));
        assertThat(windows(
                        "qwen2",
                        "\"use_sliding_window\": true, \"sliding_window\": 8, \"layer_types\": [\"sliding_attention\","
                                + " \"full_attention\"]"))
                .containsExactly(OptionalInt.of(8), NONE);
    }

    @Test
    void aMistralWithoutAWordOnWindowsHasItsFamilysWindow() {
        assertThat(windows("mistral", "\"head_dim\": 16")).containsOnly(OptionalInt.of(4096));
        assertThat(windows("mistral", "\"sliding_window\": null")).containsOnly(NONE);
    }

    @Test
    void readsEveryKindOfRotaryScalingInBothForms() {
        OptionalDouble none = OptionalDouble.empty();
        Map<String, Rotary.Scaling> kinds = new TreeMap<>();
        kinds.put("\"default\"", new Rotary.Default());
        kinds.put("\"linear\", \"factor\": 2", new Rotary.Linear(2));
        kinds.put("\"dynamic\", \"factor\": 2.5", new Rotary.Dynamic(2.5, 256));
        kinds.put(
                "\"llama3\", \"factor\": 8, \"low_freq_factor\": 1, \"high_freq_factor\": 4",
                new Rotary.Llama3(8, 1, 4, 256));
        kinds.put(
                "\"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 64.0",
                new Rotary.Yarn(4, 64, 32, 1, true, none, none, none));
        kinds.put(
                "\"yarn\", \"original_max_position_embeddings\": 64, \"beta_fast\": 16, \"truncate\": false",
                new Rotary.Yarn(4, 64, 16, 1, false, none, none, none));
        kinds.forEach((kind, scaling) -> {
            Rotary expected = new Rotary(5000, 16, scaling);
            assertThat(llama(Map.of("rope_parameters", "{\"rope_theta\": 5000, \"rope_type\": " + kind + "}"))
                            .spec()
                            .attention(0)
                            .rotary())
                    .isEqualTo(expected);
            assertThat(llama(Map.of("rope_theta", "5000", "rope_scaling", "{\"type\": " + kind + "}"))
                            .spec()
                            .attention(0)
                            .rotary())
                    .isEqualTo(expected);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    hidden_act                | "relu2"             | hidden_act is relu2; supported are silu, swish, gelu
                    pretraining_tp            | 2                   | pretraining_tp is 2; only 1 is supported
                    attention_dropout         | 0.1                 | attention_dropout is 0.1; only 0 is supported
                    partial_rotary_factor     | 0.5                 | partial_rotary_factor is 0.5
                    rope_interleaved          | true                | rope_interleaved is true
                    rope_scaling              | {"type": "su"}      | rope_scaling.rope_type is su; supported are default, linear, dynamic, yarn and llama3
                    rope_scaling              | {"mrope_section":1} | rope_scaling.mrope_section is not a rotary setting that is supported
                    rope_scaling              | {"type": "linear"}  | rope_scaling.factor is missing; a number above 0 is needed
                    rope_parameters           | 7                   | rope_parameters is 7; an object is needed
                    rope_theta                | -1                  | rope_theta is -1.0; a number above 0 is needed
                    quantization_config       | {"bits": 4}         | quantization_config is set; weights that are already quantised cannot be read
                    num_key_value_heads       | 3                   | num_key_value_heads is 3; a divisor of num_attention_heads, 4, is needed
                    num_attention_heads       | 3                   | hidden_size is 64; without head_dim a multiple of num_attention_heads, 3, is needed
                    head_dim                  | 15                  | head_dim is 15; rotary embedding needs an even number
                    hidden_size               | "64"                | hidden_size is "64"; an integer is needed
                    hidden_size               | 64.5                | hidden_size is 64.5; an integer is needed
                    vocab_size                | 0                   | vocab_size is 0; an integer above 0 is needed
                    intermediate_size         | null                | intermediate_size is missing; an integer above 0 is needed
                    tie_word_embeddings       | "yes"               | tie_word_embeddings is "yes"; true or false is needed
                    torch_dtype               | "float8_e4m3fn"     | torch_dtype is float8_e4m3fn; supported are float32, bfloat16
                    architectures             | ["LlamaForSequenceClassification"] | a causal language model
                    model_type                | "gemma3"            | model_type is gemma3; supported families are llama, mistral, qwen2, qwen3, gpt_neox, mixtral
                    model_type                | null                | model_type is missing; supported families are llama, mistral, qwen2, qwen3, gpt_neox, mixtral
                    """)
    void refusesWhatItCannotCompute(String key, String value, String message) {
        assertThatThrownBy(() -> llama(Map.of(key, value)))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("here/config.json: ")
                .hasMessageContaining(message);
    }

    @Test
    void refusesALayerPatternThatMistralDoesNotHave() {
        assertThatThrownBy(() -> windows(
                        "mistral",
                        "\"sliding_window\": 8, \"layer_types\": [\"sliding_attention\", \"full_attention\"]"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("layer_types");
        assertThatThrownBy(() -> windows("qwen2", "\"layer_types\": [\"sliding_attention\", \"full_attention\"]"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("none is in use");
        assertThatThrownBy(() -> windows("qwen2", "\"layer_types\": [\"full_attention\"]"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("one for each of the 2 layers");
    }

    @Test
    void refusesAFileThatIsMissingOrNotJson(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("config.json");
        assertThatThrownBy(() -> Families.read(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": not found; a model's folder needs its config.json.");
        for (String text : List.of("{\"model_type\": ", "", "[]", "null", "{\"a\": 1, \"a\": 2}")) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> Families.read(file))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(file.toString());
        }
    }

    private static List<OptionalInt> windows(String family, String fields) {
        return read("{\"model_type\": \"" + family
                        + "\", \"vocab_size\": 10, \"hidden_size\": 64, \"intermediate_size\": 8, \"num_hidden_layers\": 2,"
                        + " \"num_attention_heads\": 4, \"num_key_value_heads\": 4, "
                        + fields
                        + "}")
                .spec()
                .blocks()
                .stream()
                .map(block -> ((GroupedAttention) block.mixer()).heads().window())
                .toList();
    }

    private static ModelConfig llama(Map<String, String> changes) {
        return family("llama", changes);
    }

    private static ModelConfig family(String family, Map<String, String> changes) {
        Map<String, String> fields = new TreeMap<>(Map.of(
                "model_type", "\"" + family + "\"",
                "vocab_size", "512",
                "hidden_size", "64",
                "intermediate_size", "128",
                "num_hidden_layers", "2",
                "num_attention_heads", "4",
                "max_position_embeddings", "256"));
        fields.putAll(changes);
        StringBuilder json = new StringBuilder();
        fields.forEach((key, value) -> json.append(json.isEmpty() ? "{" : ",")
                .append('"')
                .append(key)
                .append("\":")
                .append(value));
        return read(json.append('}').toString());
    }

    private static ModelConfig read(String json) {
        return Families.of(JsonMapper.shared().readTree(json), "here/config.json");
    }

    private static Path golden(String model, String file) {
        return Path.of("src/test/resources/golden", model, "model", file);
    }

    @Test
    void countsTheParametersOfPublishedModels() {
        assertThat(published("llama", 32_000, 4096, 11_008, 32, 32, 32, false).parameters())
                .isEqualTo(6_738_415_616L); // Llama 2 7B
        assertThat(published("mistral", 32_000, 4096, 14_336, 32, 32, 8, false).parameters())
                .isEqualTo(7_241_732_096L); // Mistral 7B
        TensorSlots qwen = published("qwen2", 151_936, 896, 4864, 24, 14, 2, true); // Qwen 2.5 0.5B
        assertThat(qwen.parameters()).isEqualTo(494_032_768L);
        assertThat(qwen.parametersByPart())
                .containsEntry(Role.Part.EMBEDDING, 151_936L * 896)
                .containsEntry(Role.Part.HEAD, 0L)
                .containsEntry(Role.Part.NORM, 896L * 49)
                .containsEntry(Role.Part.MLP, 24L * 3 * 896 * 4864);
        assertThat(qwen.parametersByPart().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(qwen.parameters());
        assertThat(qwen.blockLinears()).hasSize(24 * 7);
        assertThat(qwen.blockLinears().get(0).moduleName()).isEqualTo("model.layers.0.self_attn.q_proj");
        assertThat(qwen.find(Role.DOWN, OptionalInt.of(23), false).map(TensorSlot::shape))
                .isEqualTo(Optional.of(Shape.of(896, 4864)));
    }

    private static TensorSlots published(
            String family, int vocab, int hidden, int mlp, int layers, int heads, int kvHeads, boolean tied) {
        return read(String.format(
                        "{\"model_type\": \"%s\", \"vocab_size\": %d, \"hidden_size\": %d, \"intermediate_size\": %d,"
                                + " \"num_hidden_layers\": %d, \"num_attention_heads\": %d, \"num_key_value_heads\": %d,"
                                + " \"tie_word_embeddings\": %b}",
                        family, vocab, hidden, mlp, layers, heads, kvHeads, tied))
                .tensors();
    }
}
