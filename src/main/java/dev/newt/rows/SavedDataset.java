package dev.newt.rows;

import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A folder written by {@code save_to_disk} of Hugging Face's datasets library: Arrow files, and {@code state.json} about them. */
final class SavedDataset {
    private static final String STATE = "state.json";

    private SavedDataset() {}

    /** Refuses a folder whose rows are selected and ordered by a second file, as old versions of that library wrote them. */
    static void requirePlain(Path folder, List<String> names) {
        for (String name : names) {
            if (name.equals(STATE) || name.endsWith("/" + STATE)) {
                Path file = folder.resolve(name);
                try {
                    JsonNode indices =
                            JsonMapper.shared().readTree(Files.readString(file)).path("_indices_data_files");
                    if (indices.isArray() && !indices.isEmpty()) {
                        throw new UserException(
                                file + ": the rows are selected by a file of indices, as old versions of "
                                        + "datasets wrote them. Load and save it again with a newer version.");
                    }
                } catch (JacksonException e) {
                    continue; // Not written by that library.
                } catch (IOException e) {
                    throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
                }
            }
        }
    }
}
