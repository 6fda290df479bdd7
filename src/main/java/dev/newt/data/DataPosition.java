package dev.newt.data;

/**
 * Where in streamed data a step begins.
 *
 * @param rows taken of the data before the window that the step begins in, over all passes
 * @param window its number, from 0
 * @param bins of the window, or single examples without packing, that earlier steps used
 */
public record DataPosition(long rows, int window, int bins) {
    public static final DataPosition START = new DataPosition(0, 0, 0);
}
