package dev.newt.weights;

import dev.newt.io.UserException;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What is wrong with the tensors of some files, collected so that all of it is told at once. */
public final class TensorProblems {
    private static final int SHOWN = 20;

    private final List<String> found = new ArrayList<>();

    /** Notes where the files lack a tensor, or have it in another shape or an element type that cannot be used. */
    public void expect(Map<String, StoredTensor> stored, String name, Shape shape, Collection<DType> types) {
        StoredTensor tensor = stored.get(name);
        if (tensor == null) {
            found.add("tensor " + name + " " + shape + " is missing");
            return;
        }
        Path file = tensor.file().getFileName();
        if (!tensor.shape().equals(shape)) {
            found.add(file + ": tensor " + name + " has the shape " + tensor.shape() + "; it must be " + shape);
        }
        if (!types.contains(tensor.dtype())) {
            found.add(file + ": tensor " + name + " has the element type " + tensor.dtype() + "; it must be one of "
                    + types);
        }
    }

    /** Notes a tensor that would be left out. */
    public void stray(StoredTensor tensor, String name, String place) {
        found.add(
                tensor.file().getFileName() + ": tensor " + name + " " + tensor.shape() + " has no place in " + place);
    }

    public void add(String problem) {
        found.add(problem);
    }

    /**
     * Throws one exception with all problems, if there are any; of very many only the first are shown.
     *
     * @param place the folder or file that they are about
     * @param subject what is in it: the weights, the adapter
     */
    public void refuse(Path place, String subject) {
        if (found.isEmpty()) {
            return;
        }
        if (found.size() == 1) {
            throw new UserException(place + ": " + found.get(0) + ".");
        }
        StringBuilder message = new StringBuilder(place + ": " + found.size() + " problems with " + subject + ":");
        found.stream().limit(SHOWN).forEach(problem -> message.append("\n  ").append(problem));
        if (found.size() > SHOWN) {
            message.append("\n  and ").append(found.size() - SHOWN).append(" more");
        }
        throw new UserException(message.toString());
    }
}
