package dev.newt.config.yaml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads YAML 1.1 text into {@link YamlTree}. What SnakeYAML would decide silently is an error here: a key written twice, a second
 * document, a tag. Text that would take a long time or a lot of memory is refused early.
 */
public final class YamlReader {
    static final int MAX_DEPTH = 32;
    private static final int MAX_NODES = 20_000;
    private static final String TOO_DEEP =
            "values are nested deeper than " + MAX_DEPTH + "; a configuration needs four levels";

    private final Source source;
    private final List<Problem> problems;
    private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private int nodes;

    private YamlReader(Source source, List<Problem> problems) {
        this.source = source;
        this.problems = problems;
    }

    /** The one document of a file. */
    public static Optional<YamlTree> readFile(Source source, List<Problem> problems) {
        return new YamlReader(source, problems).read(source.text());
    }

    /** The value of a command line argument. */
    public static Optional<YamlTree> readArgument(Place place, String text, List<Problem> problems) {
        Optional<YamlTree> value = new YamlReader(place.source(), problems).read(text);
        return value.isEmpty() && text.isBlank() ? Optional.of(new YamlTree.Scalar(place, "", true)) : value;
    }

    private Optional<YamlTree> read(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setCodePointLimit(SourceReader.MAX_BYTES);
        options.setMaxAliasesForCollections(MAX_NODES);
        try {
            org.yaml.snakeyaml.composer.Composer documents = new org.yaml.snakeyaml.composer.Composer(
                    new ParserImpl(new StreamReader(text), options), new Resolver(), options);
            if (!documents.checkNode()) {
                return Optional.empty();
            }
            YamlTree tree = convert(documents.getNode());
            if (documents.checkNode()) {
                error(
                        place(documents.getNode()),
                        "a second document starts here; a configuration is one document, so remove the --- line");
            }
            return Optional.of(tree);
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
            error(mark == null ? Place.start(source) : place(mark, 1), syntaxMessage(e, mark));
            return Optional.empty();
        } catch (TooLarge e) {
            error(e.place, e.getMessage());
            return Optional.empty();
        } catch (YAMLException e) {
            String message = oneLine(String.valueOf(e.getMessage()));
            error(start(), message.contains("Nesting Depth exceeded") ? TOO_DEEP : "not readable as YAML: " + message);
            return Optional.empty();
        }
    }

    private YamlTree convert(Node node) {
        Place place = place(node);
        if (++nodes > MAX_NODES) {
            throw new TooLarge(place, "more than " + MAX_NODES + " values, aliases included; write fewer");
        }
        if (!open.add(node)) {
            throw new TooLarge(place, "this value contains itself through an alias; write it out");
        }
        if (open.size() > MAX_DEPTH) {
            throw new TooLarge(place, TOO_DEEP);
        }
        YamlTree tree;
        if (node instanceof ScalarNode scalar) {
            checkTag(scalar, place);
            tree = new YamlTree.Scalar(place, scalar.getValue(), scalar.isPlain());
        } else if (node instanceof SequenceNode sequence) {
            checkTag(sequence, place);
            YamlTree.Sequence list = new YamlTree.Sequence(place);
            for (Node item : sequence.getValue()) {
                list.items().add(convert(item));
            }
            tree = list;
        } else {
            checkTag(node, place);
            tree = mapping((MappingNode) node, place);
        }
        open.remove(node);
        return tree;
    }

    private YamlTree.Mapping mapping(MappingNode node, Place place) {
        YamlTree.Mapping mapping = new YamlTree.Mapping(place);
        List<YamlTree.Mapping> merged = new ArrayList<>();
        for (NodeTuple tuple : node.getValue()) {
            Place keyPlace = place(tuple.getKeyNode());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                error(keyPlace, "a key is a word, not a list or a mapping");
                continue;
            }
            YamlTree value = convert(tuple.getValueNode());
            if (Tag.MERGE.equals(key.getTag())) {
                merge(value, keyPlace, merged);
                continue;
            }
            YamlTree.Entry earlier = mapping.entries().putIfAbsent(key.getValue(), new YamlTree.Entry(keyPlace, value));
            if (earlier != null) {
                error(
                        keyPlace,
                        key.getValue() + " is given twice"
                                + (isFile()
                                        ? "; it is already in line "
                                                + earlier.keyPlace().line() + ", so remove one"
                                        : "; remove one"));
            }
        }
        // Keys of the mapping itself win over merged ones, earlier merged mappings over later ones.
        for (YamlTree.Mapping other : merged) {
            other.entries().forEach(mapping.entries()::putIfAbsent);
        }
        return mapping;
    }

    private void merge(YamlTree value, Place keyPlace, List<YamlTree.Mapping> merged) {
        List<YamlTree> parts = value instanceof YamlTree.Sequence sequence ? sequence.items() : List.of(value);
        for (YamlTree part : parts) {
            if (part instanceof YamlTree.Mapping mapping) {
                merged.add(mapping);
            } else {
                error(keyPlace, "<< takes a mapping or a list of mappings, not " + part.describe());
            }
        }
    }

    private void checkTag(Node node, Place place) {
        if (!node.getTag().startsWith(Tag.PREFIX)) {
            error(
                    place,
                    "there is a tag here, " + node.getTag().getValue() + "; a configuration has none, so remove it");
        }
    }

    private String syntaxMessage(MarkedYAMLException e, Mark mark) {
        String problem = oneLine(String.valueOf(e.getProblem()));
        if (problem.contains("'\\t'") || problem.contains("\\t(TAB)")) {
            return "there is a tab where YAML allows only spaces; replace it with spaces";
        }
        if (problem.startsWith("Global tag is not allowed")) {
            return "there is a tag here, " + problem.substring(problem.indexOf(':') + 2)
                    + "; a configuration has none, so remove it";
        }
        String context = e.getContext() == null ? "" : " " + oneLine(e.getContext());
        String line = mark == null
                ? ""
                : source.line(mark.getLine() + 1).orElse("")
                        + source.line(mark.getLine()).orElse("");
        String help = line.contains("${env:") ? "; inside [] and {} a value with ${env:...} needs quotes" : "";
        return "not YAML:" + context + (context.isEmpty() ? " " : ", ") + problem + help;
    }

    private boolean isFile() {
        return source.file().isPresent();
    }

    private Place start() {
        return isFile() ? Place.start(source) : new Place(source, 0, 0, 0);
    }

    private Place place(Node node) {
        Mark start = node.getStartMark();
        Mark end = node.getEndMark();
        // A value that spans lines is shown to the end of its first line.
        return place(
                start,
                end.getLine() > start.getLine() ? Integer.MAX_VALUE : Math.max(1, end.getColumn() - start.getColumn()));
    }

    private Place place(Mark mark, int length) {
        return isFile() ? new Place(source, mark.getLine() + 1, mark.getColumn() + 1, length) : start();
    }

    private void error(Place place, String message) {
        problems.add(Problem.error(place, message));
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    /** Stops the walk over a tree that aliases inflate. */
    private static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Place place;

        TooLarge(Place place, String message) {
            super(message);
            this.place = place;
        }
    }
}
