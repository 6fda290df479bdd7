package dev.newt.data.prompt;

import dev.newt.rows.Row;
import java.util.Optional;

/** Reads instruction, input, answer and system text from the fields that a format names. */
record InstructionReader(InstructionFormat format) implements Exchange.Reader {
    @Override
    public Exchange read(Row row) {
        String instruction = Fields.text(row, format.fieldInstruction());
        String input = format.fieldInput()
                .map(field -> Fields.optionalText(row, field))
                .orElse("");
        String output = Fields.text(row, format.fieldOutput());
        return new Exchange(format.prompt(system(row), instruction, input), output);
    }

    private Optional<String> system(Row row) {
        if (format.fieldSystem().isEmpty()) {
            return Optional.empty();
        }
        String field = format.fieldSystem().get();
        if (format.systemRequired()) {
            return Optional.of(row.fields().path(field).isNull() ? "" : Fields.text(row, field));
        }
        return row.fields().has(field) ? Optional.of(Fields.optionalText(row, field)) : Optional.empty();
    }
}
