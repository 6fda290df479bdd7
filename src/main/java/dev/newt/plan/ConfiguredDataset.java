package dev.newt.plan;

import dev.newt.config.DatasetConfig;
import dev.newt.config.LoadedConfig;
import dev.newt.config.TextOrList;
import dev.newt.data.dataset.DatasetInfo;
import dev.newt.objective.Objective;
import dev.newt.rows.DatasetRequest;
import dev.newt.rows.Format;
import dev.newt.rows.RepoChoice;
import dev.newt.rows.Split;
import java.util.List;
import java.util.Optional;

/** Where the rows of a configured data set are. What the configuration says stands above what an entry of dataset_info.json says. */
public final class ConfiguredDataset {
    private ConfiguredDataset() {}

    /**
     * The entry of dataset_info.json that its path names; empty where it names rows.
     *
     * @throws dev.newt.io.UserException if the entry is not there, or its rows are not what the run is trained on
     */
    public static Optional<DatasetInfo> info(LoadedConfig loaded, DatasetConfig set) {
        Optional<Objective> objective = PlannedObjective.of(loaded.config().preference());
        return DatasetInfo.find(set.path(), loaded.paths()::find)
                .map(info -> objective.map(judged -> info.judged(judged.rows())).orElseGet(info::supervised));
    }

    /** @throws dev.newt.io.UserException as {@link #info}, or if the split cannot be read */
    public static DatasetRequest request(LoadedConfig loaded, DatasetConfig set) {
        Optional<DatasetInfo> info = info(loaded, set);
        Optional<DatasetInfo.Part> part = info.map(DatasetInfo::part);
        return new DatasetRequest(
                info.map(DatasetInfo::path).orElse(set.path()),
                set.dataFiles().map(TextOrList::all).orElse(List.of()),
                set.dsType().map(type -> Format.named(type.text())),
                set.split()
                        .map(Split::parse)
                        .or(() -> part.flatMap(DatasetInfo.Part::split))
                        .orElse(Split.TRAIN)
                        .skipping(set.skip().orElse(0)),
                new RepoChoice(
                        set.name().or(() -> part.flatMap(DatasetInfo.Part::subset)),
                        part.flatMap(DatasetInfo.Part::folder),
                        set.revision()));
    }
}
