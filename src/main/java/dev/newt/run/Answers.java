package dev.newt.run;

import dev.newt.data.PreparedDataset;
import dev.newt.data.Samples;
import dev.newt.data.Samples.PromptAndAnswer;
import dev.newt.model.Decoder;
import dev.newt.model.Generator;
import dev.newt.model.Sampling;
import dev.newt.tensor.Engine;
import dev.newt.token.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;

/**
 * The same held-out questions, answered greedily at any time of a run.
 *
 * @param questions with the answers that the data give
 */
record Answers(List<PromptAndAnswer> questions) {
    /** At most {@code count} questions, spread evenly over the examples. Those that leave no room for an answer are left out. */
    static Answers of(PreparedDataset examples, int count, int capacity, Tokenizer tokenizer) {
        List<PromptAndAnswer> questions = new ArrayList<>();
        int wanted = Math.min(count, examples.size());
        for (int i = 0; i < wanted; i++) {
            int row = (int) ((long) i * examples.size() / wanted);
            Optional<PromptAndAnswer> question = Samples.promptAndAnswer(examples.example(row), tokenizer);
            question.filter(q -> q.promptIds().length < capacity).ifPresent(questions::add);
        }
        return new Answers(List.copyOf(questions));
    }

    /**
     * Answers all questions.
     *
     * @param ends tokens that end an answer
     * @param capacity the longest sequence, prompt and answer together
     * @param progress is told how many of how many are answered
     */
    List<String> answer(
            Engine engine,
            Decoder decoder,
            Tokenizer tokenizer,
            Set<Integer> ends,
            int capacity,
            int maxNewTokens,
            BiConsumer<Integer, Integer> progress) {
        int[] answered = {0};
        try (Generator generator = new Generator(engine, decoder, capacity)) {
            List<List<Integer>> tokens = generator.generateAll(
                    questions.stream().map(PromptAndAnswer::promptIds).toList(),
                    maxNewTokens,
                    ends,
                    Sampling.GREEDY,
                    SplittableRandom::new,
                    question -> progress.accept(++answered[0], questions.size()));
            return tokens.stream()
                    .map(answer -> answer.stream().mapToInt(Integer::intValue).toArray())
                    .map(ids -> tokenizer.decode(ids, true).strip())
                    .toList();
        }
    }

    /** The share of answers that equal those of the data, in [0, 1]. */
    double exactMatch(List<String> answers) {
        int equal = 0;
        for (int i = 0; i < questions.size(); i++) {
            equal += answers.get(i).equals(questions.get(i).answer()) ? 1 : 0;
        }
        return (double) equal / questions.size();
    }
}
