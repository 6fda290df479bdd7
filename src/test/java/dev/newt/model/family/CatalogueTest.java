package dev.newt.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTest {
    private static final Catalogue CATALOGUE = Catalogue.read();

    /** The totals that the hub counts in the models' safetensors. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            textBlock =
                    """
                    huggyllama/llama-7b 6738415616
                    huggyllama/llama-13b 13015864320
                    meta-llama/Llama-2-7b-hf 6738415616
                    meta-llama/Llama-2-13b-chat-hf 13015864320
                    meta-llama/Llama-2-70b-hf 68976648192
                    lmsys/vicuna-7b-v1.5 6738415616
                    codellama/CodeLlama-7b-hf 6738546688
                    codellama/CodeLlama-7b-Python-hf 6738415616
                    codellama/CodeLlama-13b-hf 13016028160
                    codellama/CodeLlama-34b-hf 33743970304
                    meta-llama/Meta-Llama-3-8B 8030261248
                    meta-llama/Meta-Llama-3-70B-Instruct 70553706496
                    meta-llama/Llama-3.1-8B 8030261248
                    meta-llama/Llama-3.1-70B 70553706496
                    meta-llama/Llama-3.3-70B-Instruct 70553706496
                    meta-llama/Llama-3.2-1B 1235814400
                    meta-llama/Llama-3.2-3B-Instruct 3212749824
                    TinyLlama/TinyLlama-1.1B-Chat-v1.0 1100048384
                    01-ai/Yi-6B 6061035520
                    01-ai/Yi-34B 34388917248
                    01-ai/Yi-1.5-9B 8829407232
                    HuggingFaceTB/SmolLM-135M 134515008
                    HuggingFaceTB/SmolLM2-135M 134515008
                    HuggingFaceTB/SmolLM2-360M-Instruct 361821120
                    HuggingFaceTB/SmolLM2-1.7B 1711376384
                    mistralai/Mistral-7B-v0.1 7241732096
                    mistralai/Mistral-7B-Instruct-v0.2 7241732096
                    mistralai/Mistral-7B-v0.3 7248023552
                    mistralai/Mistral-Nemo-Base-2407 12247782400
                    mistralai/Mistral-Small-24B-Base-2501 23572403200
                    mistralai/Mixtral-8x7B-v0.1 46702792704
                    mistralai/Mixtral-8x22B-v0.1 140620634112
                    mistralai/Mixtral-8x22B-Instruct-v0.1 140630071296
                    Qwen/Qwen2-0.5B 494032768
                    Qwen/Qwen2-72B 72706203648
                    Qwen/Qwen2.5-0.5B 494032768
                    Qwen/Qwen2.5-1.5B-Instruct 1543714304
                    Qwen/Qwen2.5-Coder-3B 3085938688
                    Qwen/Qwen2.5-7B 7615616512
                    Qwen/Qwen2.5-14B 14770033664
                    Qwen/Qwen2.5-32B-Instruct 32763876352
                    Qwen/Qwen2.5-72B 72706203648
                    Qwen/Qwen3-4B 4022468096
                    Qwen/Qwen3-8B 8190735360
                    deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B 1777088000
                    deepseek-ai/DeepSeek-R1-Distill-Qwen-7B 7615616512
                    deepseek-ai/DeepSeek-R1-Distill-Llama-8B 8030261248
                    """)
    void hasTheParametersThatTheHubCounts(String name, long parameters) {
        assertThat(CATALOGUE.find(name).orElseThrow().tensors().parameters()).isEqualTo(parameters);
    }

    /** In billions, as their makers say: arXiv 2401.04088 and Mistral's announcement of 8x22B. */
    @ParameterizedTest
    @CsvSource({"mistralai/Mixtral-8x7B-v0.1, 12.9", "mistralai/Mixtral-8x22B-v0.1, 39.2"})
    void ofExpertsThoseThatATokenIsSentToAreAtWork(String name, double active) {
        TensorSlots tensors = CATALOGUE.find(name).orElseThrow().tensors();
        assertThat(tensors.activeParameters() / 1e9).isCloseTo(active, within(0.1));
        assertThat(tensors.activeParameters()).isLessThan(tensors.parameters());
    }

    @Test
    void allOfADenseModelIsAtWork() {
        TensorSlots tensors = CATALOGUE.find("mistralai/Mistral-7B-v0.1").orElseThrow().tensors();
        assertThat(tensors.activeParameters()).isEqualTo(tensors.parameters());
    }

    /** The files of these hold the tied head a second time, and the hub counts it twice; the model has it once. */
    @ParameterizedTest
    @CsvSource({"Qwen/Qwen3-0.6B, 751632384", "Qwen/Qwen3-1.7B, 2031739904"})
    void aTiedHeadThatIsStoredTooCountsOnce(String name, long onTheHub) {
        ModelConfig model = CATALOGUE.find(name).orElseThrow();
        long head = (long) model.spec().vocabulary() * model.spec().hidden();
        assertThat(model.tensors().parameters()).isEqualTo(onTheHub - head);
    }

    @Test
    void everyEntryIsReadLikeAConfigJson() {
        assertThat(CATALOGUE.names())
                .hasSizeGreaterThan(120)
                .doesNotHaveDuplicates()
                .allSatisfy(name -> {
                    ModelConfig model = CATALOGUE.find(name).orElseThrow();
                    assertThat(Families.supported()).contains(model.family());
                    assertThat(model.spec().maxPositions()).isGreaterThanOrEqualTo(2048);
                    assertThat(model.dtype()).isPresent();
                });
    }

    @Test
    void looksAtNoCaseAndKnowsOthersReuploads() {
        assertThat(CATALOGUE.find("META-LLAMA/llama-3.1-8b").orElseThrow().spec())
                .isEqualTo(CATALOGUE
                        .find("NousResearch/Meta-Llama-3.1-8B")
                        .orElseThrow()
                        .spec());
        assertThat(CATALOGUE
                        .find("mistralai/Mistral-Nemo-Instruct-2407")
                        .orElseThrow()
                        .spec()
                        .attention(0)
                        .queryWidth())
                .isEqualTo(4096);
        assertThat(CATALOGUE.find("meta-llama/Llama-3.1-9B")).isEmpty();
    }
}
