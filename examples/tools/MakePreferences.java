import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes preferences-sample.jsonl: the first requests of orders-train.jsonl, each with its right object as the chosen answer and a wrong one as
 * the rejected answer. Texts are copied as they stand in JSON, escapes included.
 */
public final class MakePreferences {
    private static final int ROWS = 160;
    private static final Pattern ROW = Pattern.compile("\\{\"messages\":\\[\\{\"role\":\"user\",\"content\":\"(.*)\"},"
            + "\\{\"role\":\"assistant\",\"content\":\"(.*)\"}]}");

    public static void main(String[] args) throws Exception {
        Path data = args.length > 0 ? Path.of(args[0]) : Path.of("examples/data");
        List<String> orders = Files.readAllLines(data.resolve("orders-train.jsonl"));
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            Matcher row = row(orders.get(i));
            String rejected = rejected(i, row.group(2), row(orders.get(i + 1)).group(2));
            rows.append("{\"messages\":[{\"role\":\"user\",\"content\":\"" + row.group(1) + "\"}],\"chosen\":\""
                    + row.group(2) + "\",\"rejected\":\"" + rejected + "\"}\n");
        }
        Files.writeString(data.resolve("preferences-sample.jsonl"), rows);
    }

    private static Matcher row(String line) {
        Matcher matcher = ROW.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalStateException("not a request with its answer: " + line);
        }
        return matcher;
    }

    /** In turn: what another request means; an object without its last part; words around the object. */
    private static String rejected(int index, String right, String other) {
        return switch (index % 3) {
            case 0 -> other;
            case 1 -> right.substring(0, right.lastIndexOf(',')) + "}";
            default -> "Sure, here it is: " + right;
        };
    }
}
