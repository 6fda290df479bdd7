package dev.newt.train;

import dev.newt.io.UserException;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Tensor;
import dev.newt.weights.SafetensorsFile;
import dev.newt.weights.SafetensorsWriter;
import dev.newt.weights.StoredTensor;
import dev.newt.weights.TensorInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Named tensors of an engine in a safetensors file, one at a time in memory. */
final class TensorFiles {
    private TensorFiles() {}

    static void write(Path file, Engine engine, Map<String, Tensor> tensors) {
        List<TensorInfo> infos = tensors.entrySet().stream()
                .map(entry -> new TensorInfo(
                        entry.getKey(),
                        entry.getValue().dtype(),
                        entry.getValue().shape()))
                .toList();
        SafetensorsWriter.write(
                file, infos, Map.of(), (info, sink) -> sink.write(engine.download(tensors.get(info.name()))));
    }

    /** The tensor of that name, which must have the shape and type of {@code like}; it becomes the caller's. */
    static Tensor read(SafetensorsFile file, String name, Engine engine, Tensor like) {
        StoredTensor stored = file.tensor(name);
        if (stored.dtype() != like.dtype() || !stored.shape().equals(like.shape())) {
            throw new UserException(file.path() + ": tensor " + name + " is " + stored.dtype() + " " + stored.shape()
                    + "; the run needs " + like.dtype() + " " + like.shape() + ".");
        }
        return engine.upload(stored.buffer(), stored.dtype(), stored.shape());
    }
}
