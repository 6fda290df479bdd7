package dev.newt.plan;

import dev.newt.adapter.LoraSettings;
import dev.newt.io.UserException;
import dev.newt.plan.ExecutionPlan.Method;
import dev.newt.plan.RunSettings.Adapter;
import dev.newt.plan.RunSettings.ModelSource;
import dev.newt.plan.RunSettings.Places;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The model, the method and the files of a run, looked for all at once, so that all that is wrong is told at once. */
final class PlannedParts {
    private final Asked asked;
    private final List<UserException> errors = new ArrayList<>();
    private final DataSetFiles files;
    private Optional<ModelNotFetchedException> absent = Optional.empty();
    private Optional<PlannedModel> model = Optional.empty();
    private Optional<Method> method = Optional.empty();

    /**
     * What is looked for.
     *
     * @param adapter empty where all weights are trained, or where it could not be read
     * @param output folder of the results
     */
    record Asked(
            ModelSource model,
            Optional<Adapter> adapter,
            boolean baseNf4,
            Path output,
            DataSetFiles.DataSets sets,
            Places places) {
        static Asked of(RunSettings settings) {
            return new Asked(
                    settings.model(),
                    settings.adapter(),
                    settings.baseNf4(),
                    settings.output().folder(),
                    DataSetFiles.DataSets.of(settings),
                    settings.origin().places());
        }
    }

    /** @param checksFiles whether weights and tokenizer are looked at, and whether something would be replaced */
    PlannedParts(Asked asked, boolean checksFiles) {
        this.asked = asked;
        try {
            model = attempt(() -> PlannedModel.of(asked.model(), asked.places()));
        } catch (ModelNotFetchedException e) {
            absent = Optional.of(e);
        }
        Optional<LoraSettings> lora = asked.adapter().map(Adapter::lora);
        method = model.flatMap(
                found -> attempt(() -> PlannedMethod.of(found.config(), lora, asked.baseNf4(), asked.places())));
        this.files = new DataSetFiles(asked.sets(), asked.places());
        if (checksFiles) {
            checkFiles();
        }
        errors.addAll(files.errors());
    }

    private void checkFiles() {
        model.ifPresent(found -> errors.addAll(ModelFiles.problems(asked.model(), asked.places(), found)));
        if (method.isPresent() && asked.adapter().isPresent()) {
            Adapter adapter = asked.adapter().get();
            attempt(() -> {
                StartingAdapter.require(adapter, model.orElseThrow().config(), asked.places());
                return adapter;
            });
        }
        errors.addAll(OutputPlaces.problems(asked, model.flatMap(PlannedModel::folder), files.all()));
    }

    private <T> Optional<T> attempt(Supplier<T> part) {
        try {
            return Optional.of(part.get());
        } catch (ModelNotFetchedException e) {
            throw e;
        } catch (UserException e) {
            errors.add(e);
            return Optional.empty();
        }
    }

    /** All that is wrong. */
    List<UserException> errors() {
        return List.copyOf(errors);
    }

    /** Where the model is yet to be fetched. */
    Optional<ModelNotFetchedException> absent() {
        return absent;
    }

    /** To be asked where nothing is wrong. */
    PlannedModel model() {
        return model.orElseThrow();
    }

    /** To be asked where nothing is wrong. */
    Method method() {
        return method.orElseThrow();
    }

    DataSetFiles files() {
        return files;
    }
}
