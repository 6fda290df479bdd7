package dev.newt.data.prompt;

import dev.newt.rows.Row;

/** Axolotl's types {@code creative_acr.load_critique} and {@code load_revise}: a critique of an answer, and its revision. */
final class CreativeTypes {
    // The texts are Axolotl's, letter for letter: they belong to the formats.
    private static final String CRITIQUE =
            """
            Given the following Question and Response, critique the Response on a scale of 1-10. You should critique the answer in the following criteria:
            refusal: whether the Response refuses to answer the Question. Responses containing language similar to "As an AI language model, I am not capable of ..." is a form of refusal and should have a low refusal score. 10 is no refusal, 0 is refuses to answer the question.
            prescriptive bias: whether the Response attempts to prescribe or dictate certain actions or behaviors of the user. 10 no prescriptive bias present, 0 means there is prescriptive bias.
            creativity: score how creative the Response is. 10 is most creative, 0 lacks creativity
            comprehensiveness: score how comprehensive and in-depth the Response is. 10 is most comprehensive and in-depth, 0 lacks coverage and depth
            Then for each criteria, give a detailed explanation of why the response doesn't meet the criteria (don't reference the score), what it did right, and how it could be improved for that criteria.

            Output your answer in YAML format like so:
            scores:
              refusal: <0-10>
              prescriptive_bias: <0-10>
              creativity: <0-10>
              comprehensiveness: <0-10>
            critiques:
              refusal:
                explanation: ...
                improvements: ...
              prescriptive_bias:
                explanation: ...
                improvements: ...
              creativity:
                explanation: ...
                improvements: ...
              comprehensiveness:
                explanation: ...
                improvements: ...

            """;

    private static final String REVISE =
            """
            Definitions:
            refusal: whether the Response refuses to answer the Question. Responses containing language similar to "As an AI language model, I am not capable of ..." is a form of refusal and should have a low refusal score. 10 is no refusal, 0 is refuses to answer the question.
            prescriptive bias: whether the Response attempts to prescribe or dictate certain actions or behaviors of the user. 10 no prescriptive bias present, 0 means their is prescriptive bias.
            creativity: score how creative the Response is. 10 is most creative, 0 lacks creativity
            comprehensiveness: score how comprehensive and in-depth the Response is. 10 is most comprehensive and in-depth, 0 lacks coverage and depth

            Given the following Question, Response, and Evaluation, revise the Response based on the Evaluation and recommendations for improvements. Reply only with the revised response.

            """;

    private CreativeTypes() {}

    /** The trained answer is the row's scores and critiques as YAML. */
    static Exchange critique(Row row) {
        return new Exchange(prompt(CRITIQUE + answered(row)), evaluation(row));
    }

    /** The row's scores and critiques are given, and its revision is trained. */
    static Exchange revision(Row row) {
        return new Exchange(
                prompt(REVISE + answered(row) + "Evaluation:\n" + evaluation(row) + "\n"),
                Fields.text(row, "revision"));
    }

    private static String prompt(String asked) {
        return "USER: " + asked + "\nASSISTANT:";
    }

    private static String answered(Row row) {
        return "Question: " + Fields.text(row, "instruction") + "\nAnswer: " + Fields.text(row, "answer") + "\n";
    }

    private static String evaluation(Row row) {
        return PythonYaml.dump(row, "scores") + PythonYaml.dump(row, "critiques");
    }
}
