package dev.newt.model.family;

import dev.newt.model.Role;
import dev.newt.tensor.Shape;
import java.util.List;

/**
 * Another form in which a family's checkpoints may hold some modules of a block: the matrices of all its experts in one tensor [experts, rows, columns],
 * where an expert's matrices of several roles lie one below the other.
 *
 * @param pattern the tensor's name; {@code {}} stands for the block's number
 * @param roles one below the other; a single role that is no expert's means that only the name differs
 */
record Stack(String pattern, List<Role> roles) {
    /**
     * Where in a stack a module's weight lies.
     *
     * @param name of the stack
     * @param whole its shape
     * @param first element of the weight
     */
    record Part(String name, Shape whole, long first) {}
}
