package dev.newt.plan;

import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.TemplateChoice;
import dev.newt.io.UserException;
import dev.newt.jinja.ChatTemplate;
import dev.newt.plan.RunSettings.Places;
import dev.newt.rows.DataFile;
import dev.newt.rows.DataFiles;
import dev.newt.rows.NotFetchedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Finds the files of data sets, and reads their templates once to see that they can be used. */
final class DataSetFiles {
    private static final String TEMPLATE = "chat_template_jinja";

    private final Places places;
    private final Function<String, Path> paths;
    private final Optional<TemplateChoice> common;
    private final List<UserException> errors = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final List<List<DataFile>> train;
    private final List<List<DataFile>> test;

    /**
     * Data sets with the key paths that they stand under, such as {@code datasets[0]}.
     *
     * @param template that a data set has where it names none; empty where it cannot be read
     * @param paths from a path as written to where it is
     */
    record DataSets(
            Map<String, DatasetSettings> train,
            Map<String, DatasetSettings> test,
            Optional<TemplateChoice> template,
            Function<String, Path> paths) {
        static DataSets of(RunSettings settings) {
            return new DataSets(
                    keyed(settings.dataKey(), settings.data().datasets()),
                    keyed("test_datasets", settings.data().testDatasets()),
                    Optional.of(settings.chatTemplate()),
                    settings.data().paths());
        }

        private static Map<String, DatasetSettings> keyed(String key, List<DatasetSettings> sets) {
            Map<String, DatasetSettings> keyed = new LinkedHashMap<>();
            sets.forEach(set -> keyed.put(key + "[" + keyed.size() + "]", set));
            return keyed;
        }
    }

    DataSetFiles(DataSets sets, Places places) {
        this.places = places;
        this.paths = sets.paths();
        this.common = sets.template();
        common.ifPresent(template -> check("", template));
        this.train = find(sets.train());
        this.test = find(sets.test());
    }

    /** One for each data set that cannot be found, and each template that cannot be used. */
    List<UserException> errors() {
        return List.copyOf(errors);
    }

    /** One for each data set that has to be fetched first. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** The files of each training data set; none for one that is made or yet to be fetched. */
    List<List<DataFile>> train() {
        return List.copyOf(train);
    }

    /** The files of each test data set. */
    List<List<DataFile>> test() {
        return List.copyOf(test);
    }

    /** All files that were found, those of tests too. */
    List<Path> all() {
        return Stream.concat(train.stream(), test.stream())
                .flatMap(List::stream)
                .map(DataFile::path)
                .toList();
    }

    private List<List<DataFile>> find(Map<String, DatasetSettings> sets) {
        List<List<DataFile>> files = new ArrayList<>();
        sets.forEach((key, set) -> {
            TemplateChoice own = set.chat().chatTemplate();
            if (common.filter(own::equals).isEmpty()) {
                check(key + ".", own);
            }
            try {
                files.add(find(key, set));
            } catch (UserException e) {
                errors.add(places.error(key + ".path", e.getMessage()));
            }
        });
        return files;
    }

    private List<DataFile> find(String key, DatasetSettings set) {
        if (set.synthetic().isPresent()) {
            return List.of();
        }
        try {
            return DataFiles.find(set.request(), paths);
        } catch (NotFetchedException e) {
            remarks.add(key + ".path: " + e.what()
                    + " is not here; train and preprocess fetch it. Till then its rows are not known");
            return List.of();
        }
    }

    private void check(String prefix, TemplateChoice template) {
        try {
            template.source().ifPresent(source -> Objects.requireNonNull(ChatTemplate.parse(TEMPLATE, source)));
        } catch (UserException e) {
            errors.add(places.error(prefix + TEMPLATE, e.getMessage()));
        }
    }
}
