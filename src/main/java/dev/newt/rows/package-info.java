/**
 * Rows of data files: JSON, CSV, Parquet, Arrow and text, from local files, the hub and web addresses, one record after the other. It
 * must never know prompts, tokens or training. Begin with {@link dev.newt.rows.DataFiles}, which finds the files, and
 * {@link dev.newt.rows.RowReader}, which reads them.
 */
package dev.newt.rows;
