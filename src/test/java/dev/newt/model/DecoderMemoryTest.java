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
import org.junit.jupiter.api.Test;

/** What a forward pass keeps for the way back. */
class DecoderMemoryTest {
    private static final Path MODEL = Path.of("src/test/resources/golden/llama/model");
    private static final int RANK = 3;

    @Test
    void keepsNeitherNormsNorActivationProducts() {
        try (DjlEngine engine = DjlEngine.create(1);
                ModelDirectory weights = ModelDirectory.open(MODEL);
                Decoder base = DecoderLoader.load(
                        Families.read(MODEL.resolve("config.json")),
                        weights,
                        engine,
                        DType.F32,
                        slot -> WeightUse.FROZEN);
                Lora lora = Lora.initialise(
                        base, new LoraSettings(RANK, 6, 0, false, false, Targets.ALL_LINEAR, List.of()), engine, 1)) {
            long kept = kept(engine, lora.decoder(), 40) - kept(engine, lora.decoder(), 20);

            assertThat(kept).isEqualTo(20 * bytesPerToken(base.spec()));
        }
    }

    private static long kept(DjlEngine engine, Decoder decoder, int tokens) {
        int[] ids = new int[tokens];
        Arrays.fill(ids, 7);
        long before = engine.allocatedBytes();
        try (Tape tape = Tape.training(engine, 0)) {
            decoder.hidden(tape, ids, Segments.ofLengths(tokens), false);
            return engine.allocatedBytes() - before;
        }
    }

    /** Of each layer what its products and its attention cannot be differentiated without. */
    private static long bytesPerToken(DecoderSpec spec) {
        long hidden = spec.hidden();
        long inputs = 2 * hidden + 2;
        long heads = 2L * spec.attention(0).queryWidth()
                + 2L * spec.attention(0).keyWidth()
                + spec.attention(0).heads().heads();
        long feedForward = 2L * spec.blocks().get(0).feedForward().intermediate();
        long lowRank = 7 * RANK;
        long layers = spec.layers() * (inputs + heads + feedForward + lowRank);
        // Nothing trainable stands before the first norm, which is therefore kept, but for the means of its way back.
        long first = hidden - 1;
        long last = hidden + hidden + 1;
        long rotary = spec.attention(0).heads().headDim();
        return 4 * (layers + first + last + rotary) + Long.BYTES;
    }
}
