package dev.newt.cli;

import dev.newt.config.yaml.Place;
import dev.newt.config.yaml.Problem;
import dev.newt.config.yaml.ProblemException;
import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Problems as one JSON array, for editors and other programs. What does not apply is null. */
final class ProblemJson {
    private final ArrayNode array = JsonMapper.shared().createArrayNode();

    /** Adds the problems of a configuration. */
    void add(List<Problem> problems) {
        for (Problem problem : problems) {
            Place place = problem.place();
            boolean inFile = place.line() > 0;
            ObjectNode node = array.addObject();
            node.put("file", inFile ? place.source().name() : null);
            node.put("line", inFile ? Integer.valueOf(place.line()) : null);
            node.put("column", inFile ? Integer.valueOf(place.column()) : null);
            node.put("argument", inFile ? null : place.source().name());
            node.put("severity", problem.severity().word());
            node.put("key", problem.key().orElse(null));
            node.put("message", problem.message());
            node.put("reason", problem.reason().orElse(null));
            node.put("see", problem.see().orElse(null));
        }
    }

    /** Adds what ended the work on a file. */
    void add(Path file, UserException refusal) {
        if (refusal instanceof ProblemException problems) {
            add(problems.problems());
        } else {
            add(file, "error", refusal.getMessage());
        }
    }

    /** Adds a problem that has no place in the file. */
    void add(Path file, String severity, String message) {
        ObjectNode node = array.addObject();
        node.put("file", file == null ? null : file.toString());
        for (String absent : List.of("line", "column", "argument")) {
            node.putNull(absent);
        }
        node.put("severity", severity)
                .putNull("key")
                .put("message", message)
                .putNull("reason")
                .putNull("see");
    }

    /** Indented, with a final line end. */
    String text() {
        return JsonMapper.shared()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(array)
                        .replace("\r\n", "\n") + "\n";
    }
}
