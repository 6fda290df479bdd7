package dev.newt.model.family;

import dev.newt.model.DecoderSpec;
import dev.newt.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a config.json says.
 *
 * @param family its {@code model_type}
 * @param dtype the type that the weights were saved in
 * @param bosToken id of the token that begins a sequence
 * @param eosTokens ids of the tokens that end a generation; may be empty
 * @param padToken id of the token that fills rows up
 * @param initializerRange standard deviation of the normal distribution that new weights are drawn from
 * @param tensors the tensors of such a model
 */
public record ModelConfig(
        DecoderSpec spec,
        String family,
        Optional<DType> dtype,
        OptionalInt bosToken,
        List<Integer> eosTokens,
        OptionalInt padToken,
        double initializerRange,
        TensorSlots tensors) {
    public ModelConfig {
        eosTokens = List.copyOf(eosTokens);
    }
}
