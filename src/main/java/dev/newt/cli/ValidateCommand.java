package dev.newt.cli;

import dev.newt.api.Newt;
import dev.newt.api.Validation;
import dev.newt.config.yaml.Problem;
import dev.newt.config.yaml.ProblemException;
import dev.newt.config.yaml.ProblemText;
import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Options;

/** Says whether configurations, their models' config.json and their data files can be used. */
final class ValidateCommand implements Command {
    @Override
    public String name() {
        return "validate";
    }

    @Override
    public String summary() {
        return "check configurations, and that their models and data are there";
    }

    @Override
    public String operands() {
        return "CONFIG.yaml ... [key=value ...]";
    }

    @Override
    public Options options() {
        return new Options().addOption(Arguments.formatOption()).addOption(Arguments.strictOption());
    }

    /** What there is to say about a file. */
    private record Verdict(Path file, Validation validation) {
        List<Problem> warnings() {
            return validation.warnings();
        }

        List<String> notes() {
            return validation.notes();
        }

        Optional<UserException> refusal() {
            return validation.refusal();
        }

        boolean isValid(boolean strict) {
            return validation.isValid() && !(strict && warnings().size() + notes().size() > 0);
        }

        long errors() {
            return refusal()
                    .map(e -> e instanceof ProblemException found
                            ? found.problems().size()
                            : 1)
                    .orElse(0);
        }
    }

    @Override
    public int run(Arguments arguments, Console console) {
        boolean json = arguments.json();
        List<Path> files = arguments.files();
        String[] overrides = arguments.overrides().toArray(String[]::new);
        ProblemJson array = json ? new ProblemJson() : null;
        boolean strict = arguments.has(Arguments.STRICT);
        int bad = 0;
        long errors = 0;
        long warnings = 0;
        for (Path file : files) {
            Verdict verdict = new Verdict(file, Newt.validate(file, overrides));
            if (json) {
                array.add(verdict.warnings());
                verdict.notes().forEach(note -> array.add(file, "warning", note));
                verdict.refusal().ifPresent(refusal -> array.add(file, refusal));
            } else {
                print(verdict, strict, console);
            }
            bad += verdict.isValid(strict) ? 0 : 1;
            errors += verdict.errors();
            warnings += verdict.warnings().size() + verdict.notes().size();
        }
        if (json) {
            console.out().print(array.text());
        } else if (files.size() > 1) {
            console.out()
                    .println(files.size() + " files: " + (files.size() - bad) + " valid, " + bad + " not; "
                            + count(errors, "error") + ", " + count(warnings, "warning"));
        }
        return bad == 0 ? ExitCode.DONE : ExitCode.BAD_INPUT;
    }

    private static void print(Verdict verdict, boolean strict, Console console) {
        console.err().print(new ProblemText(console.colour()).of(verdict.warnings()));
        verdict.notes().forEach(note -> console.err().println("warning: " + note));
        verdict.refusal().ifPresent(refusal -> Refusal.print(refusal, console));
        if (verdict.isValid(strict)) {
            console.out().println(verdict.file() + ": valid");
        } else if (verdict.refusal().isEmpty()) {
            console.out().println(verdict.file() + ": not valid, for --" + Arguments.STRICT + " allows no warnings");
        }
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
