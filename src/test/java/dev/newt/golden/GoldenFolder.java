package dev.newt.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.data.MicroBatch;
import dev.newt.weights.FloatCodec;
import dev.newt.weights.SafetensorsFile;
import dev.newt.weights.StoredTensor;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One family's folder of reference numbers. Its layout is told in src/test/resources/golden/README.md. */
final class GoldenFolder implements AutoCloseable {
    private static final int IGNORED = -100;

    final Path path;
    final JsonNode json;
    private final SafetensorsFile tensors;

    GoldenFolder(Path path) {
        this.path = path;
        this.json = readJson(path.resolve("golden.json"));
        this.tensors = SafetensorsFile.open(path.resolve("golden.safetensors"));
    }

    static JsonNode readJson(Path file) {
        return JsonMapper.shared().readTree(file.toFile());
    }

    String name() {
        return path.getFileName().toString();
    }

    boolean has(String section) {
        return json.has(section);
    }

    boolean hasTensor(String name) {
        return tensors.find(name).isPresent();
    }

    StoredTensor tensor(String name) {
        return tensors.tensor(name);
    }

    float[] floats(String name) {
        return floats(tensors, name);
    }

    static float[] floats(SafetensorsFile file, String name) {
        StoredTensor tensor = file.tensor(name);
        return FloatCodec.decode(tensor.buffer(), tensor.dtype());
    }

    /** The rows of the last dimension of an I64 tensor of rank 2 or 3, in order. */
    List<int[]> rows(String name) {
        StoredTensor tensor = tensors.tensor(name);
        LongBuffer values = tensor.buffer().asLongBuffer();
        int width = (int) tensor.shape().dim(-1);
        List<int[]> rows = new ArrayList<>();
        while (values.hasRemaining()) {
            int[] row = new int[width];
            for (int i = 0; i < width; i++) {
                row[i] = (int) values.get();
            }
            rows.add(row);
        }
        return rows;
    }

    /** Rows {@code [from, to)} of a section without their padding. */
    MicroBatch batch(String section, int from, int to) {
        List<int[]> ids = rows(section + ".input_ids").subList(from, to);
        List<int[]> masks = rows(section + ".attention_mask").subList(from, to);
        List<int[]> labels = rows(section + ".labels").subList(from, to);
        List<int[]> lengths = masks.stream().map(mask -> new int[] {sum(mask)}).toList();
        return batch(ids, labels, lengths);
    }

    /** One packed row of documents. */
    MicroBatch packedBatch(int row) {
        JsonNode documents = json.at("/packed/doc_lengths").get(row);
        int[] lengths = new int[documents.size()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = documents.get(i).asInt();
        }
        return batch(
                List.of(rows("packed.input_ids").get(row)),
                List.of(rows("packed.labels").get(row)),
                List.of(lengths));
    }

    /** @param lengths of the documents of each row; what follows them is padding */
    private static MicroBatch batch(List<int[]> ids, List<int[]> labels, List<int[]> lengths) {
        List<Integer> tokens = new ArrayList<>();
        List<Integer> offsets = new ArrayList<>(List.of(0));
        List<Integer> positions = new ArrayList<>();
        List<Integer> targets = new ArrayList<>();
        for (int row = 0; row < ids.size(); row++) {
            int at = 0;
            for (int length : lengths.get(row)) {
                for (int t = at; t < at + length; t++) {
                    // The first token of a document is never a target of its neighbour's last.
                    if (t > at && labels.get(row)[t] != IGNORED) {
                        positions.add(tokens.size() - 1);
                        targets.add(labels.get(row)[t]);
                    }
                    tokens.add(ids.get(row)[t]);
                }
                at += length;
                offsets.add(tokens.size());
            }
        }
        return new MicroBatch(ints(tokens), ints(offsets), ints(positions), ints(targets));
    }

    /** One document of a packed row, alone. */
    static MicroBatch document(MicroBatch row, int index) {
        int start = row.segmentOffsets()[index];
        int end = row.segmentOffsets()[index + 1];
        List<Integer> positions = new ArrayList<>();
        List<Integer> targets = new ArrayList<>();
        for (int i = 0; i < row.targets().length; i++) {
            int position = row.targetPositions()[i];
            if (position >= start && position < end) {
                positions.add(position - start);
                targets.add(row.targets()[i]);
            }
        }
        int[] tokens = Arrays.copyOfRange(row.tokenIds(), start, end);
        return new MicroBatch(tokens, new int[] {0, end - start}, ints(positions), ints(targets));
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int sum(int[] values) {
        int sum = 0;
        for (int value : values) {
            sum += value;
        }
        return sum;
    }

    /**
     * How far a tensor is from a summary of l2 norm and first values: the norm's relative error, or the largest difference of those values over the
     * larger of their largest and the tensor's root mean square.
     *
     * @param floor differences up to here are rounding noise
     */
    static double distance(float[] actual, JsonNode summary, double floor) {
        long elements = 1;
        for (JsonNode dim : summary.get("shape")) {
            elements *= dim.asLong();
        }
        assertThat((long) actual.length).isEqualTo(elements);
        double square = 0;
        for (float value : actual) {
            square += (double) value * value;
        }
        double l2 = summary.get("l2").asDouble();
        double worst = exceeding(Math.abs(Math.sqrt(square) - l2), floor) / Math.max(l2, Double.MIN_NORMAL);
        double scale = l2 / Math.sqrt(elements);
        JsonNode first = summary.get("first16");
        for (JsonNode value : first) {
            scale = Math.max(scale, Math.abs(value.asDouble()));
        }
        for (int i = 0; i < first.size(); i++) {
            double difference = exceeding(Math.abs(actual[i] - first.get(i).asDouble()), floor);
            worst = Math.max(worst, difference / Math.max(scale, Double.MIN_NORMAL));
        }
        return worst;
    }

    private static double exceeding(double difference, double floor) {
        return difference <= floor ? 0 : difference;
    }

    @Override
    public void close() {
        tensors.close();
    }
}
