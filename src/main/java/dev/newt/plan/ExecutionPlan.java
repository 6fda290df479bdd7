package dev.newt.plan;

import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What will run.
 *
 * @param hash of everything that the result depends on: the run's identity. Paths of outputs, logging and saving are not in it
 * @param device that memory and number formats are planned for
 * @param hashed everything that is in the hash, by the keys of a configuration, to tell what another hash comes from
 * @param settings that the run is wired from; the rest is what they come to
 * @param warnings about the model and the data; those about the file are the configuration's
 */
public record ExecutionPlan(
        String hash,
        Model model,
        Method method,
        Device device,
        Compute compute,
        Batch batch,
        Steps steps,
        Optimizer optimizer,
        Schedule schedule,
        Data data,
        Memory memory,
        Work work,
        List<String> warnings,
        SortedMap<String, String> hashed,
        RunSettings settings) {
    public ExecutionPlan {
        warnings = List.copyOf(warnings);
        hashed = Collections.unmodifiableSortedMap(new TreeMap<>(hashed));
    }

    /**
     * The model that is tuned.
     *
     * @param name as the configuration has it
     * @param source of its shape: {@code folder}, {@code cache} of the hub, {@code catalogue}
     * @param folder absolute; empty where only the catalogue knows the model
     * @param activeParameters that one token meets
     * @param parametersByPart embedding, attention, mlp, experts, norm, head
     */
    public record Model(
            String name,
            String source,
            Optional<String> folder,
            String family,
            int layers,
            int hidden,
            int vocabulary,
            int maxPositions,
            boolean tiedHead,
            boolean drawnAtRandom,
            long parameters,
            long activeParameters,
            Map<String, Long> parametersByPart) {}

    /**
     * What is trained.
     *
     * @param kind {@code full}, {@code lora}, {@code qlora}
     * @param trainedParameters in all
     * @param lora absent in full training
     */
    public record Method(String kind, long trainedParameters, Optional<Lora> lora) {
        /** The same with low-rank matrices of another rank. */
        Method ofRank(int rank) {
            Lora old = lora.orElseThrow();
            // DoRA's magnitudes, which do not depend on the rank, are a few thousandths.
            Lora changed = old.ofRank(rank, old.adapterParameters() * rank / old.rank());
            return new Method(kind, changed.adapterParameters() + changed.savedParameters(), Optional.of(changed));
        }

        /** LoRA on every projection of the blocks. */
        static Method loraOnAll(ModelConfig model, int rank) {
            Map<String, Integer> targets = new TreeMap<>();
            long parameters = 0;
            for (TensorSlot slot : model.tensors().blockLinears()) {
                String module = slot.moduleName();
                targets.merge(module.substring(module.lastIndexOf('.') + 1), 1, Integer::sum);
                parameters += rank * (slot.shape().dim(0) + slot.shape().dim(1));
            }
            Lora lora = new Lora(rank, 2 * rank, 2, 0, false, false, targets, parameters, List.of(), 0);
            return new Method("lora", parameters, Optional.of(lora));
        }
    }

    /**
     * @param scale factor on the branch
     * @param targets how many projections of each name, such as q_proj, are adapted
     * @param adapterParameters of the low-rank matrices
     * @param savedModules full names of the modules trained in full
     */
    public record Lora(
            int rank,
            int alpha,
            double scale,
            double dropout,
            boolean dora,
            boolean rankStabilized,
            Map<String, Integer> targets,
            long adapterParameters,
            List<String> savedModules,
            long savedParameters) {
        private Lora ofRank(int changed, long parameters) {
            return new Lora(
                    changed,
                    alpha,
                    scale,
                    dropout,
                    dora,
                    rankStabilized,
                    targets,
                    parameters,
                    savedModules,
                    savedParameters);
        }
    }

    /**
     * Number formats.
     *
     * @param type {@code bf16} or {@code fp32}: of activations, and of frozen weights that are not in 4 bits
     * @param reason why this type
     * @param baseNf4 whether the frozen projections are NF4
     */
    public record Compute(String type, String reason, boolean baseNf4, boolean checkpointing) {
        int bytes() {
            return type.equals("bf16") ? 2 : 4;
        }
    }

    /**
     * Rows of one step.
     *
     * @param groupSize examples of a row: 1, or 2 where it is a pair of answers
     * @param tokensPerStep at most
     */
    public record Batch(
            int groupSize,
            int sequenceLen,
            boolean packing,
            boolean evalPacking,
            int microBatchSize,
            int accumulation,
            int rowsPerStep,
            long tokensPerStep) {
        /** The same rows a step, cut otherwise. */
        Batch cut(int rows, int micros) {
            return new Batch(groupSize, sequenceLen, packing, evalPacking, rows, micros, rowsPerStep, tokensPerStep);
        }

        Batch ofLength(int tokens) {
            long perStep = (long) rowsPerStep * groupSize * tokens;
            return new Batch(
                    groupSize, tokens, packing, evalPacking, microBatchSize, accumulation, rowsPerStep, perStep);
        }

        /** Tokens of a micro batch, at most. */
        long microBatchTokens() {
            return (long) microBatchSize * groupSize * sequenceLen;
        }
    }

    /**
     * The run's length.
     *
     * @param total optimizer steps; absent where the rows have to be read first
     * @param certainty of {@code total}: {@code exact}, {@code at most}, {@code about}, or {@code unknown}
     * @param trainRows as counted; absent where the files have to be read first
     * @param tokens of one epoch
     * @param warmup steps, as a rule and, where the total is known, as a number
     */
    public record Steps(
            Optional<Long> total,
            String certainty,
            Optional<Long> trainRows,
            Optional<Tokens> tokens,
            double epochs,
            Optional<Integer> maxSteps,
            Warmup warmup) {}

    /**
     * Tokens of the training rows.
     *
     * @param prepared counted in the prepared data; else estimated from the files' sizes
     */
    public record Tokens(long count, boolean prepared) {}

    /**
     * The optimizer and the learning rate's course.
     *
     * @param constants of the optimizer, by name
     * @param maxGradNorm absent: gradients are not scaled down
     */
    public record Optimizer(
            String name,
            SortedMap<String, Double> constants,
            double learningRate,
            String scheduler,
            Optional<Double> maxGradNorm) {}

    /**
     * What happens when.
     *
     * @param loggingSteps absent: a two hundredth of the run, 10 at most
     * @param evaluation in words: {@code never}, {@code every epoch}, {@code 4 times an epoch}, {@code every 50 steps}
     * @param saving in the same words
     */
    public record Schedule(
            String outputFolder,
            Optional<Integer> loggingSteps,
            String evaluation,
            String saving,
            Optional<Integer> saveTotalLimit,
            long seed) {}

    /**
     * The files, absolute.
     *
     * @param windowRows rows that are mixed and packed together, where they are read while the run goes on; absent where all are prepared
     */
    public record Data(List<String> train, List<String> test, double valSetSize, Optional<Integer> windowRows) {}

    /**
     * Memory in bytes at the moment of the peak, by part, for rows of full length.
     *
     * @param weights frozen ones, and those trained in full
     * @param reference a copy of the base model that is compared with; its pages of the model's files, where it is mapped
     * @param files pages of the model's files that the system still counts after their content was converted; it takes them back in need
     * @param adapters low-rank matrices
     * @param gradients of what is trained, as far as they are there
     * @param optimizer its state
     * @param activations kept for the backward pass of one micro batch, as far as they are still or already there
     * @param logits that exist at once
     * @param workspace short-lived tensors of one operation
     * @param runtime the JVM and libtorch themselves
     * @param activationsOfBlocks the whole of what is kept, either way
     */
    public record Memory(
            long weights,
            long reference,
            long files,
            long adapters,
            long gradients,
            long optimizer,
            long activations,
            long logits,
            long workspace,
            long runtime,
            long total,
            Activations activationsOfBlocks) {}

    /**
     * What the forward pass of one micro batch leaves for the backward pass.
     *
     * @param kept where all is kept
     * @param checkpointed where blocks are computed again
     */
    public record Activations(long kept, long checkpointed) {}

    /**
     * Floating point operations of one step with rows of full length; a multiplication and an addition are two.
     *
     * @param reference the forward pass of the model that is compared with; 0 in supervised training
     * @param recomputed what checkpointing adds
     */
    public record Work(double forward, double reference, double backward, double recomputed, double step) {}
}
