package dev.newt.config;

import jakarta.validation.constraints.NotBlank;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One entry of {@code datasets} or {@code test_datasets}.
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
        @Key("path") @NotBlank String path,
        @Key("ds_type") Optional<FileType> dsType,
        @Key("type") Optional<DatasetType> type,
        @Key("data_files") Optional<TextOrList> dataFiles,
        @Key("split") Optional<String> split,
        @Key("field") Optional<String> field,
        @Key("field_messages") Optional<String> fieldMessages,
        @Key("field_tools") Optional<String> fieldTools,
        @Key("field_thinking") Optional<String> fieldThinking,
        @Key("template_thinking_key") Optional<String> templateThinkingKey,
        @Key("message_field_role") Optional<String> messageFieldRole,
        @Key("message_field_content") Optional<String> messageFieldContent,
        @Key("message_property_mappings") Map<String, String> messagePropertyMappings,
        @Key("message_field_training") Optional<String> messageFieldTraining,
        @Key("message_field_training_detail") Optional<String> messageFieldTrainingDetail,
        @Key("roles") Map<String, List<String>> roles,
        @Key("roles_to_train") Optional<List<String>> rolesToTrain,
        @Key("train_on_eos") Optional<TrainOnEnd> trainOnEos,
        @Key("train_on_eot") Optional<TrainOnEnd> trainOnEot,
        @Key(value = "drop_system_message", byDefault = "false") Boolean dropSystemMessage,
        @Key(value = "split_thinking", byDefault = "false") Boolean splitThinking,
        @Key("chat_template") Optional<String> chatTemplate,
        @Key("chat_template_jinja") Optional<String> chatTemplateJinja)
        implements CrossChecked.Rules {
    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>(DataConfig.templateFindings(chatTemplate, chatTemplateJinja));
        if (type.flatMap(DatasetType::name)
                .filter(name -> name.startsWith("sharegpt"))
                .isPresent()) {
            findings.add(Finding.error(
                    "type sharegpt is no longer read, by Axolotl neither; write type: chat_template, field_messages: conversations "
                            + "and message_property_mappings: {role: from, content: value}",
                    "type"));
        }
        mappingFinding(messageFieldRole, "role", "message_field_role").ifPresent(findings::add);
        mappingFinding(messageFieldContent, "content", "message_field_content").ifPresent(findings::add);
        return findings;
    }

    private Optional<Finding> mappingFinding(Optional<String> old, String property, String key) {
        return old.filter(name -> messagePropertyMappings.containsKey(property)
                        && !name.equals(messagePropertyMappings.get(property)))
                .map(name -> Finding.error(
                        key + " says " + name + " and message_property_mappings." + property + " says "
                                + messagePropertyMappings.get(property) + "; keep message_property_mappings",
                        key,
                        "message_property_mappings"));
    }
}
