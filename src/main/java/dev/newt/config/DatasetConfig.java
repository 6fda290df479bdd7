package dev.newt.config;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One entry of {@code datasets}, {@code test_datasets} or {@code pretraining_dataset}.
 *
 * @param path file or folder
 * @param type prompt strategy; unset means rows that are tokens already
 * @param dataFiles of a folder, by name
 * @param split of a folder with one file a split; with {@code [:100]} or {@code [:10%]} a part of it
 * @param field the text of a {@code completion} row
 * @param messagePropertyMappings from the template's property to the row's
 * @param roles from the template's role to the row's
 */
@CrossChecked
public record DatasetConfig(
        @Key(
                        value = "path",
                        description =
                                "Where the rows are: a file, a folder, a pattern, an address, or a name on the Hugging Face hub.",
                        example = "./data/train.jsonl")
                @NotBlank
                String path,
        @Key(value = "ds_type", description = "How the files are written; unset, their names tell.", example = "json")
                Optional<FileType> dsType,
        @Key(
                        value = "type",
                        description =
                                "Prompt format: the name of a known one, or a mapping that defines one; unset, the rows are tokens already.",
                        example = "chat_template")
                Optional<DatasetType> type,
        @Key(
                        value = "data_files",
                        description = "Files to read in the folder; unset, all.",
                        example = "[a.jsonl, b.jsonl]")
                Optional<TextOrList> dataFiles,
        @Key(
                        value = "split",
                        description = "Which rows: the name of a split, and in brackets a part of it.",
                        example = "train[:10%]")
                Optional<String> split,
        @Key(
                        value = "name",
                        description = "Which configuration of a data set on the hub; unset, its default.",
                        example = "en")
                Optional<String> name,
        @Key(
                        value = "revision",
                        description = "Branch, tag or commit of a data set on the hub; unset, main.",
                        example = "main")
                Optional<String> revision,
        @Key(
                        value = "field",
                        description = "Column with the text, for type completion; unset, text.",
                        example = "content")
                Optional<String> field,
        @Key(
                        value = "text_column",
                        description = "Column with the text, for type pretrain; the same as field.",
                        example = "text")
                Optional<String> textColumn,
        @Key(value = "skip", description = "Rows that are left out at the beginning.", example = "1000")
                Optional<@PositiveOrZero Integer> skip,
        @Key(
                        value = "field_messages",
                        description = "Column with the conversation; unset, messages.",
                        example = "conversations")
                Optional<String> fieldMessages,
        @Key(
                        value = "field_chosen",
                        description =
                                "Column with the better answer, for pairs written by a chat template; unset, chosen.",
                        example = "preferred")
                Optional<String> fieldChosen,
        @Key(
                        value = "field_rejected",
                        description = "Column with the worse answer; unset, rejected.",
                        example = "dispreferred")
                Optional<String> fieldRejected,
        @Key(value = "field_tools", description = "Column with the tools that a conversation may call; unset, tools.")
                Optional<String> fieldTools,
        @Key(
                        value = "field_thinking",
                        description = "Key of a message with its reasoning; unset, reasoning_content.",
                        example = "thinking")
                Optional<String> fieldThinking,
        @Key(
                        value = "template_thinking_key",
                        description = "The chat template's name for the reasoning; unset, reasoning_content.",
                        example = "thinking")
                Optional<String> templateThinkingKey,
        @Key(
                        value = "message_field_role",
                        description = "Key of a message with its role.",
                        example = "from",
                        deprecated = "message_property_mappings: {role: ...}")
                Optional<String> messageFieldRole,
        @Key(
                        value = "message_field_content",
                        description = "Key of a message with its text.",
                        example = "value",
                        deprecated = "message_property_mappings: {content: ...}")
                Optional<String> messageFieldContent,
        @Key(
                        value = "message_property_mappings",
                        description = "From the chat template's names of a message's parts to those of the rows.",
                        example = "{role: from, content: value}")
                Map<String, String> messagePropertyMappings,
        @Key(
                        value = "message_field_training",
                        description = "Key of a message that says by true or false whether it is trained.",
                        example = "train")
                Optional<String> messageFieldTraining,
        @Key(
                        value = "message_field_training_detail",
                        description = "Key of a message that lists which of its characters are trained.",
                        example = "train_detail")
                Optional<String> messageFieldTrainingDetail,
        @Key(
                        value = "roles",
                        description = "From the chat template's roles to the names that the rows give them.",
                        example = "{assistant: [gpt, model]}")
                Map<String, List<String>> roles,
        @Key(
                        value = "roles_to_train",
                        description = "Roles whose messages are trained; unset, assistant.",
                        example = "[assistant]")
                Optional<List<String>> rolesToTrain,
        @Key(
                        value = "train_on_eos",
                        description =
                                "After which messages the tokenizer's end token is trained; unset, after those that are trained (turn).",
                        example = "turn")
                Optional<TrainOnEnd> trainOnEos,
        @Key(
                        value = "train_on_eot",
                        description = "The same for the tokens in eot_tokens; unset, as train_on_eos says.",
                        example = "turn")
                Optional<TrainOnEnd> trainOnEot,
        @Key(
                        value = "drop_system_message",
                        byDefault = "false",
                        description = "Leaves out a system message at the beginning.")
                Boolean dropSystemMessage,
        @Key(
                        value = "split_thinking",
                        byDefault = "false",
                        description =
                                "Cuts reasoning between tags out of an answer, so that the template can place it.")
                Boolean splitThinking,
        @Key(
                        value = "chat_template",
                        description = "Chat template of this data set; unset, the one of the top level.",
                        example = "tokenizer_default")
                Optional<String> chatTemplate,
        @Key(value = "chat_template_jinja", description = "Source text of this data set's chat template.")
                Optional<String> chatTemplateJinja,
        @Key(
                        value = "shards",
                        description = "Number of equal parts of this data set of which one is used.",
                        example = "10")
                Optional<@Min(1) Integer> shards,
        @Key(value = "shards_idx", description = "Which of those parts, from 0; unset, the first.", example = "0")
                Optional<@PositiveOrZero Integer> shardsIdx,
        @Key(value = "length", description = "Number of rows of type _synthetic; unset, 1000.", example = "1000")
                Optional<@Positive Integer> length,
        @Key(
                        value = "sequence_length",
                        description = "Tokens of each row of type _synthetic; unset, sequence_len.",
                        example = "2048")
                Optional<@Positive Integer> sequenceLength,
        @Key(
                        value = "min_input_id",
                        description = "Lowest token id of rows of type _synthetic; unset, 100.",
                        example = "100")
                Optional<@PositiveOrZero Integer> minInputId,
        @Key(
                        value = "max_input_id",
                        description =
                                "Token id behind the highest of rows of type _synthetic; unset, the size of the vocabulary.",
                        example = "32000")
                Optional<@Positive Integer> maxInputId,
        @Key(
                        value = "seed",
                        description = "Decides the tokens of rows of type _synthetic; unset, the seed of the run.",
                        example = "42")
                Optional<Long> seed)
        implements CrossChecked.Rules {
    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>(DataConfig.templateFindings(chatTemplate, chatTemplateJinja));
        type.flatMap(DatasetType::name)
                .flatMap(PromptTypes::objection)
                .ifPresent(objection -> findings.add(Finding.error(objection, "type")));
        mappingFinding(messageFieldRole, "role", "message_field_role").ifPresent(findings::add);
        mappingFinding(messageFieldContent, "content", "message_field_content").ifPresent(findings::add);
        shardFinding("shards", shards, "shards_idx", shardsIdx).ifPresent(findings::add);
        if (field.isPresent() && textColumn.isPresent() && !field.equals(textColumn)) {
            findings.add(Finding.error(
                            "field says " + field.get() + " and text_column says " + textColumn.get()
                                    + "; keep one of them",
                            "text_column",
                            "field")
                    .because("both keys name the column with the text"));
        }
        findings.addAll(syntheticFindings());
        // A path that is missing is null here, and told elsewhere.
        boolean entry = Optional.ofNullable(path)
                .filter(text -> text.matches(".*dataset_info[^/#]*\\.json#.+"))
                .isPresent();
        if (entry && type.isPresent()) {
            findings.add(Finding.warning(
                    "type has no effect: the entry of dataset_info.json says how its rows are read; remove it",
                    "type"));
        }
        return findings;
    }

    /** Whether the rows are made and not read. */
    public boolean isSynthetic() {
        return type.flatMap(DatasetType::name)
                .filter(PromptTypes.SYNTHETIC::equals)
                .isPresent();
    }

    /** Rows that are made. */
    public int syntheticRows() {
        return isSynthetic() ? length.orElse(1000) : 0;
    }

    /** Tokens of each of them. */
    public int syntheticLength(DataConfig data) {
        return sequenceLength.orElse(data.sequenceLen());
    }

    /** Keys of rows that are made, and of rows that are read, exclude each other. */
    private List<Finding> syntheticFindings() {
        Map<String, Optional<?>> made = new TreeMap<>(Map.of(
                "length", length,
                "sequence_length", sequenceLength,
                "min_input_id", minInputId,
                "max_input_id", maxInputId,
                "seed", seed));
        Map<String, Optional<?>> read = new TreeMap<>(Map.of(
                "ds_type",
                dsType,
                "data_files",
                dataFiles,
                "split",
                split,
                "name",
                name,
                "revision",
                revision,
                "skip",
                skip));
        return (isSynthetic() ? read : made)
                .entrySet().stream()
                        .filter(key -> key.getValue().isPresent())
                        .map(key -> Finding.error(
                                isSynthetic()
                                        ? key.getKey()
                                                + " chooses among files, which type _synthetic does not read; remove it"
                                        : key.getKey() + " is for type: _synthetic alone; remove it",
                                key.getKey(),
                                "type"))
                        .toList();
    }

    /** Parts count from 0. */
    static Optional<Finding> shardFinding(
            String countKey, Optional<Integer> count, String indexKey, Optional<Integer> index) {
        if (index.isEmpty() || (count.isPresent() && index.get() < count.get())) {
            return Optional.empty();
        }
        return Optional.of(Finding.error(
                count.map(n -> indexKey + " is one of the parts 0 to " + (n - 1) + " that " + countKey + " makes")
                        .orElse(indexKey + " needs " + countKey + ", the number of parts"),
                indexKey));
    }

    private Optional<Finding> mappingFinding(Optional<String> old, String property, String key) {
        return old.filter(name -> messagePropertyMappings.containsKey(property)
                        && !name.equals(messagePropertyMappings.get(property)))
                .map(name -> Finding.error(
                                key + " says " + name + " and message_property_mappings." + property + " says "
                                        + messagePropertyMappings.get(property) + "; keep message_property_mappings",
                                key,
                                "message_property_mappings")
                        .because("both keys name the same part of a message"));
    }
}
