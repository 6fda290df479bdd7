package dev.newt.optim;

import dev.newt.tensor.TrainableParameter;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which parameters take another learning rate or weight decay than the run's.
 *
 * @param groups the first that fits a parameter decides; one that fits none has the run's rate and decay
 */
public record ParameterGroups(List<Group> groups) {
    /** As Hugging Face's Trainer: vectors that belong to no adapter (norm weights and biases) are not decayed. */
    public static final ParameterGroups HUGGING_FACE =
            new ParameterGroups(List.of(new Group(Optional.empty(), Optional.of(false), 1, 0)));

    private static final Group OTHERS = new Group(Optional.empty(), Optional.empty(), 1, 1);

    public ParameterGroups {
        groups = List.copyOf(groups);
    }

    /**
     * Parameters that fit both conditions.
     *
     * @param name found anywhere in the parameter's name; absent: any
     * @param matrix whether it is a matrix or part of an adapter; absent: either
     * @param rate factor on the learning rate
     * @param decay factor on the weight decay
     */
    public record Group(Optional<Pattern> name, Optional<Boolean> matrix, double rate, double decay) {
        public Group {
            if (!(rate >= 0 && decay >= 0) || Double.isInfinite(rate) || Double.isInfinite(decay)) {
                throw new IllegalArgumentException("factors " + rate + " and " + decay + " of a parameter group");
            }
        }

        boolean fits(TrainableParameter parameter) {
            return name.map(pattern -> pattern.matcher(parameter.name()).find()).orElse(true)
                    && matrix.map(wanted -> wanted == isMatrix(parameter)).orElse(true);
        }
    }

    /** The group of a parameter. */
    Group of(TrainableParameter parameter) {
        return groups.stream()
                .filter(group -> group.fits(parameter))
                .findFirst()
                .orElse(OTHERS);
    }

    /**
     * Whether a parameter is anything but a vector, or an adapter's: peft under Hugging Face's Trainer decays DoRA's magnitude, too.
     */
    private static boolean isMatrix(TrainableParameter parameter) {
        return parameter.shape().rank() > 1 || parameter.name().contains("lora_");
    }
}
