package dev.newt.data;

import dev.newt.data.dataset.RowFinding;
import dev.newt.io.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What is wrong with data that can be read but would not train what is meant, found in what was counted while rows were encoded; so data that
 * were prepared earlier are judged alike.
 *
 * @param problems that refuse the data, each with a place and a remedy
 * @param remarks that do not
 */
public record DataChecks(List<Problem> problems, List<Problem> remarks) {
    /** How data pass that are as they should be. */
    public static final String OVERRIDE = "To train on these data as they are, set data_checks: warn.";

    /** Of a set of which less is trained, the masks are wrong rather than the answers short. */
    private static final double LEAST_SHARE = 0.01;

    /**
     * @param place file and number of the row, of several the first
     * @param text what is wrong; what to do
     */
    public record Problem(String place, String text) {
        /** A line to be shown. */
        public String line(String severity) {
            return place + ": " + severity + ": " + text;
        }
    }

    public DataChecks {
        problems = List.copyOf(problems);
        remarks = List.copyOf(remarks);
    }

    /** Nothing is wrong. */
    public static DataChecks none() {
        return new DataChecks(List.of(), List.of());
    }

    /**
     * Judges data to train on.
     *
     * @param key that the data sets are configured under
     */
    public static DataChecks ofTraining(String key, DatasetStatistics statistics) {
        DataChecks rows = ofRows(key, statistics);
        List<Problem> problems = new ArrayList<>(rows.problems());
        long withoutEnd = 0;
        for (DatasetDetails.Ends ends : statistics.details().ends()) {
            if (ends.ended() == 0) {
                withoutEnd += ends.answers();
                problems.add(neverEnded(key, ends));
            }
        }
        statistics.details().leastTrained().ifPresent(row -> {
            if (statistics.trainedTokens() < LEAST_SHARE * statistics.tokens()) {
                problems.add(hardlyTrained(key, statistics, row));
            }
        });
        // Each of those rows ends before an end token: that is said.
        long said = withoutEnd;
        List<Problem> remarks = said == 0
                ? rows.remarks()
                : statistics.details().warnings().stream()
                        .filter(warning -> !warning.finding().isError())
                        .filter(warning -> warning.finding() != RowFinding.ENDS_BEFORE_EOS || warning.rows() > said)
                        .map(warning -> problem(key, warning))
                        .toList();
        return new DataChecks(problems, remarks);
    }

    /** Judges rows alone, as for data to evaluate on. */
    public static DataChecks ofRows(String key, DatasetStatistics statistics) {
        List<Problem> problems = new ArrayList<>();
        List<Problem> remarks = new ArrayList<>();
        for (DatasetDetails.Warning warning : statistics.details().warnings()) {
            (warning.finding().isError() ? problems : remarks).add(problem(key, warning));
        }
        return new DataChecks(problems, remarks);
    }

    /** A line for each: errors, then warnings. */
    public List<String> lines() {
        return lines("error");
    }

    /** The same, all as warnings. */
    public List<String> warnings() {
        return lines("warning");
    }

    private List<String> lines(String severity) {
        return Stream.concat(
                        problems.stream().map(problem -> problem.line(severity)),
                        remarks.stream().map(remark -> remark.line("warning")))
                .toList();
    }

    /** All of both. */
    public DataChecks and(DataChecks other) {
        List<Problem> all = new ArrayList<>(problems);
        all.addAll(other.problems);
        List<Problem> more = new ArrayList<>(remarks);
        more.addAll(other.remarks);
        return new DataChecks(all, more);
    }

    /** Says all of it, and how to train in spite of it. */
    public UserException refusal() {
        return new UserException(String.join("\n", lines()) + "\n" + OVERRIDE);
    }

    private static Problem problem(String key, DatasetDetails.Warning warning) {
        List<String> places = warning.places();
        String text = "this row " + warning.finding().text();
        if (warning.rows() > 1) {
            List<String> more = places.subList(1, places.size());
            text += String.format(Locale.ROOT, " (so do %,d rows of %s", warning.rows(), key)
                    + (more.isEmpty() ? "" : ", the next " + String.join("; ", more)) + ")";
        }
        return new Problem(places.get(0), text + "; " + warning.finding().remedy());
    }

    private static Problem neverEnded(String key, DatasetDetails.Ends ends) {
        String remedy = ends.cut() == ends.answers()
                ? "all answers are cut before their end: raise sequence_len"
                : "name the token that ends an answer in eot_tokens or special_tokens.eos_token, as the chat template writes"
                        + " it; if the model shall not be trained to stop, say so by train_on_eos: none";
        return new Problem(
                ends.place(),
                String.format(
                        Locale.ROOT,
                        "neither here nor in any other of the %,d examples of %s[%d] is an end token trained, so the model is"
                                + " not trained to stop; %s",
                        ends.answers(),
                        key,
                        ends.dataset(),
                        remedy));
    }

    private static Problem hardlyTrained(String key, DatasetStatistics statistics, DatasetDetails.TrainedRow row) {
        return new Problem(
                row.place(),
                String.format(
                        Locale.ROOT,
                        "only %.2f%% of the tokens of %s are trained (%,d of %,d), of this row %,d of %,d; look with"
                                + " preprocess --debug 3 whether the answers are where the type, roles_to_train or the field"
                                + " names say",
                        100.0 * statistics.trainedTokens() / statistics.tokens(),
                        key,
                        statistics.trainedTokens(),
                        statistics.tokens(),
                        row.trained(),
                        row.tokens()));
    }
}
