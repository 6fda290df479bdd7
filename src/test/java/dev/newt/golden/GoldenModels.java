package dev.newt.golden;

import dev.newt.adapter.Lora;
import dev.newt.adapter.LoraSettings;
import dev.newt.adapter.PeftFiles;
import dev.newt.model.Decoder;
import dev.newt.model.family.Families;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.model.load.DecoderLoader;
import dev.newt.model.load.WeightUse;
import dev.newt.run.SftModel;
import dev.newt.tensor.DType;
import dev.newt.tensor.Engine;
import dev.newt.tensor.TrainableParameter;
import dev.newt.weights.ModelDirectory;
import dev.newt.weights.SafetensorsFile;
import dev.newt.weights.StoredTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;

/** The family's model, loaded anew for each check. */
final class GoldenModels {
    private final Engine engine;
    private final Path folder;
    final ModelConfig config;

    GoldenModels(Engine engine, GoldenFolder golden) {
        this.engine = engine;
        this.folder = golden.path;
        this.config = Families.read(folder.resolve("model/config.json"));
    }

    /** The same model with its config.json changed: the decoder of the weights in {@code folder}. */
    Decoder load(String configJson, Function<TensorSlot, WeightUse> use) {
        ModelConfig changed = Families.of(JsonMapper.shared().readTree(configJson), "changed config.json");
        try (ModelDirectory model = ModelDirectory.open(folder.resolve("model"))) {
            return DecoderLoader.load(changed, model, engine, DType.F32, use);
        }
    }

    Decoder load(Function<TensorSlot, WeightUse> use) {
        try (ModelDirectory model = ModelDirectory.open(folder.resolve("model"))) {
            return DecoderLoader.load(config, model, engine, DType.F32, use);
        }
    }

    Decoder frozen() {
        return load(slot -> WeightUse.FROZEN);
    }

    Decoder trained() {
        return load(slot -> WeightUse.TRAINED);
    }

    Lora adapted(String adapter) {
        return adapted(frozen(), adapter);
    }

    Lora adapted(Decoder base, String adapter) {
        Path directory = folder.resolve(adapter);
        LoraSettings settings = PeftFiles.readSettings(directory);
        try (SafetensorsFile file = SafetensorsFile.open(directory.resolve(PeftFiles.WEIGHTS))) {
            return Lora.of(base, settings, engine, name -> {
                StoredTensor tensor = file.tensor(name);
                return engine.upload(tensor.buffer(), tensor.dtype(), tensor.shape());
            });
        }
    }

    SftModel stepModel(Decoder decoder, List<? extends TrainableParameter> trainable) {
        return stepModel(decoder, trainable, false);
    }

    SftModel stepModel(Decoder decoder, List<? extends TrainableParameter> trainable, boolean checkpointing) {
        return new SftModel(engine, decoder, trainable, checkpointing, new SftModel.Outputs() {
            @Override
            public void save(Path directory) {}

            @Override
            public long bytes() {
                return 0;
            }
        });
    }

    static List<TrainableParameter> trainable(Decoder decoder) {
        return decoder.parameters().base().stream()
                .map(TrainableParameter.class::cast)
                .toList();
    }
}
