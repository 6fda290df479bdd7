package dev.newt.adapter;

import dev.newt.model.Role;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import dev.newt.weights.TensorInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The tensors of an adapter's file, said by the shape of the model that it is for: no weights are needed. */
final class AdapterTensors {
    private AdapterTensors() {}

    /** Masters in 32 bits; matrices before modules that are trained in full. */
    static List<TensorInfo> of(ModelConfig model, LoraSettings settings) {
        List<TensorSlot> linears = model.tensors().blockLinears();
        Set<String> adapted = new HashSet<>(LoraTargets.adapted(
                settings.targets(), linears.stream().map(TensorSlot::moduleName).toList()));
        List<TensorInfo> tensors = new ArrayList<>();
        for (TensorSlot slot : linears) {
            String module = slot.moduleName();
            if (adapted.contains(module)) {
                long out = slot.shape().dim(0);
                long in = slot.shape().dim(1);
                tensors.add(new TensorInfo(Lora.nameOfA(module), DType.F32, Shape.of(settings.rank(), in)));
                tensors.add(new TensorInfo(Lora.nameOfB(module), DType.F32, Shape.of(out, settings.rank())));
                if (settings.dora()) {
                    tensors.add(new TensorInfo(Lora.nameOfMagnitude(module), DType.F32, Shape.of(out)));
                }
            }
        }
        Stream<String> head =
                model.spec().tiedHead() ? Stream.of(model.tensors().moduleName(Role.HEAD)) : Stream.empty();
        List<String> saved = LoraTargets.saved(
                settings.modulesToSave(),
                Stream.concat(
                                model.tensors().all().stream()
                                        .map(TensorSlot::moduleName)
                                        .distinct(),
                                head)
                        .toList(),
                adapted);
        for (TensorSlot slot : model.tensors().all()) {
            if (saved.contains(slot.moduleName())) {
                tensors.add(new TensorInfo(Lora.PREFIX + slot.name(), DType.F32, slot.shape()));
            }
        }
        if (model.spec().tiedHead() && saved.contains(model.tensors().moduleName(Role.HEAD))) {
            tensors.add(new TensorInfo(
                    Lora.PREFIX + model.tensors().moduleName(Role.HEAD) + ".weight",
                    DType.F32,
                    Shape.of(model.spec().vocabulary(), model.spec().hidden())));
        }
        return tensors;
    }
}
