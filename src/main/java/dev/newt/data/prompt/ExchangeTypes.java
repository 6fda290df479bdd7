package dev.newt.data.prompt;

import dev.newt.rows.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** Axolotl's types with one question and one answer whose rows need more than a format with fields. */
final class ExchangeTypes {
    /** A type, and how many end tokens follow its answers. */
    record Type(Exchange.Reader reader, int ends) {}

    private static final String CONTEXT =
            "Use the following contextual information to concisely answer the question.\n";
    private static final String CHOOSE = "Choose the answer that best answers the question. ";
    private static final String CREATIVE =
            "Answer the following question in a comprehensive, in-depth, and creative way."
                    + " Additionally your response should be relevant, accurate, and free of any ambiguity.";
    private static final String NO_ANSWER = "The context provided does not contain any information about your inquiry."
            + " Therefore, I'm unable to answer your question based on the given context.";
    private static final int ENDS_OF_METHARME = 3;

    private static final Map<String, Type> NAMED = named();

    private ExchangeTypes() {}

    static Optional<Type> find(String type) {
        return Optional.ofNullable(NAMED.get(type));
    }

    static Iterable<String> names() {
        return NAMED.keySet();
    }

    private static Map<String, Type> named() {
        Map<String, Type> named = new TreeMap<>();
        for (String style : InstructionStyles.styles()) {
            InstructionFormat alpaca = InstructionStyles.alpaca(style);
            InstructionFormat explain = InstructionStyles.of(style, CHOOSE + "Explain your reasoning.\n");
            String suffix = ":" + style;
            put(named, "jeopardy" + suffix, row -> jeopardy(alpaca, row));
            put(named, "oasst" + suffix, row -> asked(alpaca, row, "INSTRUCTION", Optional.empty(), "RESPONSE"));
            put(
                    named,
                    "gpteacher" + suffix,
                    row -> asked(alpaca, row, "instruction", Optional.of("input"), "response"));
            put(named, "explainchoice" + suffix, row -> choice(explain, row));
        }
        for (String name : List.of("jeopardy", "oasst", "gpteacher", "explainchoice")) {
            named.put(name, named.get(name + ":instruct"));
        }
        put(named, "concisechoice", ExchangeTypes::conciseChoice);
        put(
                named,
                "summarizetldr",
                row -> new Exchange(
                        "USER: Summarize the following article as a TL;DR.\n" + Fields.text(row, "article")
                                + "\nASSISTANT:",
                        Fields.text(row, "summary")));
        put(named, "context_qa", row -> context(row, "question", Fields.text(row, "answer")));
        named.put("context_qa.load", named.get("context_qa"));
        put(named, "context_qa.load_404", row -> context(row, "unanswerable_question", NO_ANSWER));
        put(
                named,
                "context_qa.load_v2",
                row -> new Exchange(
                        "Context: " + Fields.text(row, "context") + "\nQuestion: " + Fields.text(row, "question")
                                + "\n",
                        "Answer: " + Fields.text(row, "answer")));
        put(
                named,
                "creative_acr.load_answer",
                row -> new Exchange(
                        CREATIVE + "\nUSER: " + Fields.text(row, "instruction") + "\nASSISTANT:",
                        Fields.text(row, "revision")));
        put(named, "creative_acr.load_critique", CreativeTypes::critique);
        put(named, "creative_acr.load_revise", CreativeTypes::revision);
        put(
                named,
                "orcamini",
                row -> new Exchange(
                        "### System:\n" + Fields.optionalText(row, "system_prompt") + "\n\n### User:\n"
                                + Fields.text(row, "question") + "\n\n### Response:\n",
                        Fields.text(row, "response")));
        named.put(
                "metharme",
                new Type(
                        row -> new Exchange(Fields.text(row, "prompt"), Fields.text(row, "generation")),
                        ENDS_OF_METHARME));
        return named;
    }

    private static void put(Map<String, Type> named, String name, Exchange.Reader reader) {
        named.put(name, new Type(reader, 1));
    }

    private static Exchange asked(
            InstructionFormat format, Row row, String instruction, Optional<String> input, String answer) {
        return new Exchange(
                format.prompt(
                        Optional.empty(),
                        Fields.text(row, instruction),
                        input.map(field -> Fields.optionalText(row, field)).orElse("")),
                Fields.text(row, answer));
    }

    private static Exchange jeopardy(InstructionFormat format, Row row) {
        return new Exchange(
                format.prompt(Optional.empty(), Fields.text(row, "question"), Fields.text(row, "category")),
                "what is " + Fields.text(row, "answer"));
    }

    private static Exchange choice(InstructionFormat format, Row row) {
        return new Exchange(format.prompt(Optional.empty(), Fields.text(row, "question"), choices(row)), solution(row));
    }

    private static Exchange conciseChoice(Row row) {
        String choices = choices(row);
        return new Exchange(
                CHOOSE + "Be concise in your response.\n\nUSER: " + Fields.text(row, "question") + "\n"
                        + (choices.isEmpty() ? "" : choices + "\n") + "ASSISTANT:",
                solution(row));
    }

    private static String choices(Row row) {
        JsonNode choices = Fields.required(row, "choices");
        if (!choices.isArray()) {
            throw row.error("field \"choices\" must be a list of answers, but is " + Fields.kind(choices) + ".");
        }
        List<String> lines = new ArrayList<>();
        choices.forEach(choice -> lines.add("- \"" + Fields.text(row, "choices", choice) + "\""));
        return String.join("\n", lines);
    }

    private static String solution(Row row) {
        return Fields.text(row, row.fields().has("solution") ? "solution" : "explanation");
    }

    private static Exchange context(Row row, String question, String answer) {
        return new Exchange(
                "SYSTEM: " + CONTEXT + "\nUSER: " + Fields.text(row, "article") + "\n===\n" + Fields.text(row, question)
                        + "\nASSISTANT:",
                answer);
    }
}
