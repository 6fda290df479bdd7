package dev.newt.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDirectoryTest {
    private static final Path LLAMA = Path.of("src/test/resources/golden/llama/model");
    private static final String FIRST = "model-00001-of-00003.safetensors";
    private static final String SECOND = "model-00002-of-00003.safetensors";
    private static final String THIRD = "model-00003-of-00003.safetensors";

    /** Three shards: a and b, c alone for it is larger than a shard may be, d. */
    private static final List<TensorInfo> TENSORS = List.of(
            new TensorInfo("a", DType.F32, Shape.of(4)),
            new TensorInfo("b", DType.BF16, Shape.of(8)),
            new TensorInfo("c", DType.F32, Shape.of(10, 2)),
            new TensorInfo("d", DType.F32, Shape.of(1)));

    @TempDir
    Path folder;

    @Test
    void aModelWrittenInShardsReadsTheSame() throws IOException {
        try (ModelDirectory original = ModelDirectory.open(LLAMA)) {
            List<TensorInfo> tensors =
                    original.tensors().values().stream().map(StoredTensor::info).toList();
            ModelWriter.write(
                    folder,
                    tensors,
                    100_000,
                    (tensor, sink) ->
                            sink.write(original.tensors().get(tensor.name()).buffer()));
            assertThat(folder.resolve("model.safetensors")).doesNotExist();
            assertThat(names()).hasSizeGreaterThan(7).contains("model.safetensors.index.json");
            try (ModelDirectory copy = ModelDirectory.open(folder)) {
                assertThat(copy.tensors().keySet())
                        .containsExactlyInAnyOrderElementsOf(original.tensors().keySet());
                copy.tensors().forEach((name, tensor) -> {
                    assertThat(tensor.info())
                            .isEqualTo(original.tensors().get(name).info());
                    assertThat(tensor.buffer())
                            .isEqualTo(original.tensors().get(name).buffer());
                });
            }
        }
    }

    @Test
    void shardsAreFilledInOrderUpToTheirSize() throws IOException {
        writeShards();
        assertThat(names()).containsExactlyInAnyOrder(FIRST, SECOND, THIRD, "model.safetensors.index.json");
        assertThat(Files.readString(folder.resolve("model.safetensors.index.json")))
                .isEqualToIgnoringWhitespace("{\"metadata\": {\"total_size\": 116}, \"weight_map\": {\"a\": \"" + FIRST
                        + "\", \"b\": \"" + FIRST + "\", \"c\": \"" + SECOND + "\", \"d\": \"" + THIRD + "\"}}");
    }

    @Test
    void aNewWriteLeavesNothingOfTheOneBefore() throws IOException {
        writeShards();
        ModelWriter.write(folder, TENSORS, 100, ModelDirectoryTest::zeros);
        assertThat(names())
                .containsExactlyInAnyOrder(
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json");
        ModelWriter.write(folder, TENSORS, ModelWriter.DEFAULT_SHARD_BYTES, ModelDirectoryTest::zeros);
        assertThat(names()).containsExactly("model.safetensors");
        writeShards();
        assertThat(names()).hasSize(4).doesNotContain("model.safetensors");
    }

    @Test
    void aWriteThatFailsLeavesNoModelOfMixedParts() throws IOException {
        writeShards();
        assertThatThrownBy(() -> ModelWriter.write(folder, TENSORS, 33, (tensor, sink) -> {
                    if (tensor.name().equals("d")) {
                        throw new IllegalStateException("stopped");
                    }
                    zeros(tensor, sink);
                }))
                .hasMessage("stopped");
        assertThatThrownBy(() -> ModelDirectory.open(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("has neither model.safetensors nor");

        Path other = folder.resolve("other");
        ModelWriter.write(other, TENSORS, 1000, ModelDirectoryTest::zeros);
        assertThatThrownBy(() -> ModelWriter.write(other, TENSORS, 33, (tensor, sink) -> {
                    throw new IllegalStateException("stopped");
                }))
                .hasMessage("stopped");
        try (ModelDirectory whole = ModelDirectory.open(other)) {
            assertThat(whole.tensors()).hasSize(4);
        }
    }

    @Test
    void allProblemsWithShardsAreToldAtOnce() throws IOException {
        writeShards();
        Files.delete(folder.resolve(FIRST));
        Files.write(folder.resolve(SECOND), new byte[4]);
        SafetensorsWriter.write(
                folder.resolve(THIRD),
                List.of(new TensorInfo("e", DType.F32, Shape.of(1))),
                Map.of(),
                ModelDirectoryTest::zeros);
        assertThatThrownBy(() -> ModelDirectory.open(folder))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(folder + ": 3 problems with the weights:")
                .hasMessageContaining(FIRST + ": not found")
                .hasMessageContaining(SECOND + ": cannot be used: it has 4 bytes")
                .hasMessageContaining(THIRD + ": tensor d is missing, although model.safetensors.index.json lists it");
    }

    @Test
    void allTensorsThatDoNotFitAreToldAtOnce() throws IOException {
        writeShards();
        Map<String, Shape> expected = new LinkedHashMap<>();
        expected.put("a", Shape.of(5));
        expected.put("b", Shape.of(8));
        expected.put("c", Shape.of(10, 2));
        expected.put("z", Shape.of(3));

        assertThatThrownBy(() -> require(expected))
                .isInstanceOf(UserException.class)
                .hasMessage(folder + ": 3 problems with the weights:\n"
                        + "  " + FIRST + ": tensor a has the shape [4]; it must be [5]\n"
                        + "  " + FIRST + ": tensor b has the element type BF16; it must be one of [F32]\n"
                        + "  tensor z [3] is missing");

        require(Map.of("c", Shape.of(10, 2)));
    }

    @Test
    void ofVeryManyProblemsTheFirstAreShown() throws IOException {
        writeShards();
        Map<String, Shape> expected = new LinkedHashMap<>();
        for (int i = 0; i < 50; i++) {
            expected.put("x" + i, Shape.of(1));
        }

        assertThatThrownBy(() -> require(expected))
                .hasMessageContaining("50 problems")
                .hasMessageContaining("tensor x19 ")
                .hasMessageEndingWith("and 30 more");
    }

    private void require(Map<String, Shape> expected) {
        try (ModelDirectory directory = ModelDirectory.open(folder)) {
            TensorProblems problems = new TensorProblems();
            expected.forEach((name, shape) -> problems.expect(directory.tensors(), name, shape, List.of(DType.F32)));
            problems.refuse(folder, "the weights");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"weight_map\": {}}",
                "{\"weight_map\": []}",
                "{\"weight_map\": {\"a\": 1}}",
                "{\"weight_map\": {\"a\": \"../a.safetensors\"}}",
                "{\"weight_map\": {\"a\": \"pytorch_model.bin\"}}",
                "{\"weight_map\": {\"a\": \"x.safetensors\", \"a\": \"y.safetensors\"}}",
                "{\"weight_map\""
            })
    void refusesADamagedIndex(String text) throws IOException {
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(index, text);
        assertThatThrownBy(() -> ModelDirectory.open(folder))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(index + ": ");
    }

    @Test
    void refusesAFolderWithoutWeights() throws IOException {
        assertThatThrownBy(() -> ModelDirectory.open(folder.resolve("nowhere")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is not a folder");
        Files.writeString(folder.resolve("pytorch_model.bin"), "x");
        assertThatThrownBy(() -> ModelDirectory.open(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("pytorch_model.bin exists, but only");
    }

    private void writeShards() {
        ModelWriter.write(folder, TENSORS, 33, ModelDirectoryTest::zeros);
    }

    private static void zeros(TensorInfo tensor, SafetensorsWriter.Sink sink) throws IOException {
        sink.write(ByteBuffer.allocate((int) tensor.bytes()));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
