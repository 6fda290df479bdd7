package dev.newt.config.yaml;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Rewrites the paths of an extended file, which are relative to its own folder, relative to the main file's folder. A name that does not
 * exist in that folder is left as it is: it may be on the hub, or be found from elsewhere.
 */
public final class ExtendedPaths {
    private static final Set<String> TOP = Set.of("base_model", "tokenizer_config", "lora_model_dir");
    private static final Set<String> DATASETS = Set.of("datasets", "test_datasets", "pretraining_dataset");
    private static final Set<String> IN_DATASET = Set.of("path", "data_files");

    private final Path folder;

    /** @param folder the main file's, absolute */
    public ExtendedPaths(Path folder) {
        this.folder = folder.normalize();
    }

    public void rebase(YamlTree.Mapping root) {
        rebase(root, TOP);
        for (String key : DATASETS) {
            YamlTree.Entry entry = root.entries().get(key);
            for (YamlTree set : entry != null && entry.value() instanceof YamlTree.Sequence list
                    ? list.items()
                    : List.<YamlTree>of()) {
                if (set instanceof YamlTree.Mapping mapping) {
                    rebase(mapping, IN_DATASET);
                }
            }
        }
    }

    private void rebase(YamlTree.Mapping mapping, Set<String> keys) {
        mapping.entries()
                .replaceAll((key, entry) ->
                        keys.contains(key) ? new YamlTree.Entry(entry.keyPlace(), rebased(entry.value())) : entry);
    }

    private YamlTree rebased(YamlTree tree) {
        if (tree instanceof YamlTree.Sequence list) {
            list.items().replaceAll(this::rebased);
        }
        if (!(tree instanceof YamlTree.Scalar scalar)
                || scalar.isNull()
                || scalar.place().source().file().isEmpty()) {
            return tree;
        }
        Path writer = scalar.place()
                .source()
                .file()
                .get()
                .toAbsolutePath()
                .getParent()
                .normalize();
        if (writer.equals(folder) || scalar.text().startsWith("~/")) {
            return tree;
        }
        try {
            Path path = Path.of(scalar.text());
            if (path.isAbsolute() || !Files.exists(writer.resolve(fixedPart(scalar.text())))) {
                return tree;
            }
            Path target = writer.resolve(path).normalize();
            String text = target.getRoot().equals(folder.getRoot())
                    ? folder.relativize(target).toString()
                    : target.toString();
            return new YamlTree.Scalar(scalar.place(), text.replace('\\', '/'), scalar.plain());
        } catch (InvalidPathException e) {
            return tree;
        }
    }

    /** The folder part of a pattern such as {@code data/*.jsonl}. */
    private static String fixedPart(String path) {
        for (int i = 0; i < path.length(); i++) {
            if ("*?[{".indexOf(path.charAt(i)) >= 0) {
                return path.substring(0, Math.max(0, path.lastIndexOf('/', i)));
            }
        }
        return path;
    }
}
