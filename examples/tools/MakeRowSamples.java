import dev.newt.token.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes the rows of alpaca-sample.jsonl in two other shapes: lists of segments, and tokens. */
public final class MakeRowSamples {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int NOT_TRAINED = -100;

    public static void main(String[] args) throws Exception {
        Path data = Path.of("examples/data");
        StringBuilder segments = new StringBuilder();
        StringBuilder tokens = new StringBuilder();
        try (Tokenizer tokenizer = Tokenizer.open(Path.of("examples/models/newt-tiny"))) {
            for (String line : Files.readAllLines(data.resolve("alpaca-sample.jsonl"))) {
                JsonNode row = JSON.readTree(line);
                String prompt = row.get("instruction").asString() + "\n" + row.get("input").asString() + "\n";
                String answer = row.get("output").asString();
                segments.append(segments(prompt, answer)).append('\n');
                tokens.append(tokens(tokenizer, prompt, answer)).append('\n');
            }
        }
        Files.writeString(data.resolve("segments-sample.jsonl"), segments);
        Files.writeString(data.resolve("tokens-sample.jsonl"), tokens);
    }

    private static ObjectNode segments(String prompt, String answer) {
        ObjectNode row = JSON.createObjectNode();
        ArrayNode list = row.putArray("segments");
        list.addObject().put("label", false).put("text", prompt);
        list.addObject().put("label", true).put("text", answer);
        return row;
    }

    private static ObjectNode tokens(Tokenizer tokenizer, String prompt, String answer) {
        int[] before = tokenizer.encode(prompt);
        int[] answered = Arrays.copyOf(tokenizer.encode(answer), tokenizer.encode(answer).length + 1);
        answered[answered.length - 1] = tokenizer.eosId().orElseThrow();
        ObjectNode row = JSON.createObjectNode();
        ArrayNode ids = row.putArray("input_ids");
        ArrayNode labels = row.putArray("labels");
        ArrayNode mask = row.putArray("attention_mask");
        for (int[] part : List.of(before, answered)) {
            for (int id : part) {
                ids.add(id);
                labels.add(part == before ? NOT_TRAINED : id);
                mask.add(1);
            }
        }
        return row;
    }
}
