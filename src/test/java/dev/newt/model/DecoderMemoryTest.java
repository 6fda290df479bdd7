package dev.newt.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.adapter.Lora;
import dev.newt.adapter.LoraSettings;
import dev.newt.adapter.LoraSettings.Targets;
import dev.newt.engine.djl.DjlEngine;
import dev.newt.model.family.Families;
import dev.newt.model.load.DecoderLoader;
import dev.newt.model.load.WeightUse;
import dev.newt.tensor.DType;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Tape;
import dev.newt.weights.ModelDirectory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a forward pass keeps for the way back. */
class DecoderMemoryTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final int RANK = 3;

    /** @param adapted projections that a token goes through in each block */
    @ParameterizedTest
    @CsvSource({"llama, 7", "mixtral, 11"})
    void keepsWhatTheBlocksSayAndNeitherNormsNorActivationProducts(String family, int adapted) {
        Path model = GOLDEN.resolve(family).resolve("model");
        try (DjlEngine engine = DjlEngine.create(1);
                ModelDirectory weights = ModelDirectory.open(model);
                Decoder base = DecoderLoader.load(
                        Families.read(model.resolve("config.json")),
                        weights,
                        engine,
                        DType.F32,
                        slot -> WeightUse.FROZEN);
                Lora lora = Lora.initialise(
                        base, new LoraSettings(RANK, 6, 0, false, false, Targets.ALL_LINEAR, List.of()), engine, 1)) {
            long kept = kept(engine, lora.decoder(), 40) - kept(engine, lora.decoder(), 20);

            assertThat(kept).isEqualTo(20 * bytesPerToken(base.spec(), adapted));
        }
    }

    private static long kept(DjlEngine engine, Decoder decoder, int tokens) {
        int[] ids = new int[tokens];
        Arrays.setAll(ids, i -> 7 + i);
        long before = engine.allocatedBytes();
        try (Tape tape = Tape.training(engine, 0)) {
            decoder.hidden(tape, ids, Segments.ofLengths(tokens), false);
            return engine.allocatedBytes() - before;
        }
    }

    /** Each block's input and what it says it keeps; what the adapters keep of their own. */
    private static long bytesPerToken(DecoderSpec spec, int adapted) {
        int hidden = spec.hidden();
        Block block = spec.blocks().get(0);
        long blocks = spec.layers()
                * (hidden + block.keptElements(hidden) + block.keptScalars() + (long) adapted * RANK);
        // Nothing trainable stands before the first norm, which is therefore kept, but for the means of its way back.
        long first = hidden - 1;
        long last = hidden + hidden + 1;
        long rotary = spec.attention(0).heads().headDim();
        return 4 * (blocks + first + last + rotary) + Long.BYTES;
    }
}
