package dev.newt.data.prompt;

import dev.newt.data.dataset.PromptFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The named instruction formats, after Axolotl's {@code alpaca} family. */
final class InstructionStyles {
    private static final String SYSTEM =
            "Below is an instruction that describes a task, paired with an input that provides"
                    + " further context. Write a response that appropriately completes the request.";
    private static final String SYSTEM_NO_INPUT = "Below is an instruction that describes a task. Write a response that"
            + " appropriately completes the request.";
    // The two line ends belong to the format.
    private static final String CONCISE =
            "Below is an instruction from a USER that describes a task, paired with an input that"
                    + " provides further context. The ASSISTANT writes a response that concisely and appropriately completes the request.\n\n";
    private static final String CONCISE_NO_INPUT =
            "Below is an instruction from a USER that describes a task. The ASSISTANT writes"
                    + " a response that appropriately and concisely completes the request.\n\n";

    private enum Style {
        INSTRUCT(
                "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n",
                "### Instruction:\n{instruction}\n\n### Response:\n",
                "{system}\n\n"),
        CHAT("USER: {instruction}\n{input}\nASSISTANT:", "USER: {instruction}\nASSISTANT:", "SYSTEM: {system}\n"),
        CHATML(
                "<|im_start|>user\n{instruction}\n{input}<|im_end|>\n<|im_start|>assistant\n",
                "<|im_start|>user\n{instruction}<|im_end|>\n<|im_start|>assistant\n",
                "<|im_start|>system\n{system}<|im_end|>\n"),
        PHI(
                "<|user|>\n{instruction}<|end|>{input}<|assistant|>",
                "<|user|>\n{instruction}<|end|>\n<|assistant|>\n",
                "<|system|>\n{system}<|end|>\n"),
        ORCA(
                "### Human:\n{instruction}\n### Additional Context:\n{input}\n### Assistant:\n",
                "### Human:\n{instruction}\n### Assistant:\n",
                "### System:\n{system}\n");

        private final String turn;
        private final String turnNoInput;
        private final String system;

        Style(String turn, String turnNoInput, String system) {
            this.turn = turn;
            this.turnNoInput = turnNoInput;
            this.system = system;
        }
    }

    private static final Map<String, InstructionFormat> NAMED = named();

    private InstructionStyles() {}

    static Optional<InstructionFormat> find(String type) {
        return Optional.ofNullable(NAMED.get(type));
    }

    static Iterable<String> names() {
        return NAMED.keySet();
    }

    static InstructionFormat of(PromptFormat own) {
        String system = own.fieldSystem().isPresent() ? "" : own.systemPrompt();
        return new InstructionFormat(
                own.fieldInstruction(),
                Optional.of(own.fieldInput()),
                own.fieldOutput(),
                own.fieldSystem(),
                false,
                system,
                system,
                own.systemFormat(),
                own.format(),
                own.noInputFormat().orElse(own.format()));
    }

    /** Styles that Axolotl's types name after a colon. */
    static List<String> styles() {
        return List.of("instruct", "chat", "chatml", "phi");
    }

    /** Alpaca's texts in one of the {@link #styles}. */
    static InstructionFormat alpaca(String style) {
        return alpaca(Style.valueOf(style.toUpperCase(Locale.ROOT)), SYSTEM, SYSTEM_NO_INPUT);
    }

    /** One of the {@link #styles} with another system text. */
    static InstructionFormat of(String style, String system) {
        return alpaca(Style.valueOf(style.toUpperCase(Locale.ROOT)), system, system);
    }

    private static Map<String, InstructionFormat> named() {
        Map<String, InstructionFormat> named = new TreeMap<>();
        for (String name : new String[] {"alpaca", "alpaca_instruct", "alpaca_instruct.load", "alpaca:instruct"}) {
            named.put(name, alpaca(Style.INSTRUCT, SYSTEM, SYSTEM_NO_INPUT));
        }
        named.put("alpaca_instruct.load_no_prompt", alpaca(Style.INSTRUCT, "", ""));
        for (String name : new String[] {"alpaca_chat", "alpaca_chat.load", "alpaca:chat"}) {
            named.put(name, alpaca(Style.CHAT, SYSTEM, SYSTEM_NO_INPUT));
        }
        named.put("alpaca:chatml", alpaca(Style.CHATML, SYSTEM, SYSTEM_NO_INPUT));
        named.put("alpaca:phi", alpaca(Style.PHI, SYSTEM, SYSTEM_NO_INPUT));
        named.put("alpaca_chat.load_no_prompt", alpaca(Style.CHAT, "", ""));
        named.put("alpaca_chat.load_concise", alpaca(Style.CHAT, CONCISE, CONCISE_NO_INPUT));
        named.put("alpaca_chat.load_qa", pair("question", "answer", CONCISE, CONCISE_NO_INPUT));
        named.put("alpaca_chat.load_camel_ai", pair("message_1", "message_2", CONCISE, CONCISE_NO_INPUT));
        named.put("alpaca_w_system.load_instruct", withSystem(Style.INSTRUCT, "### System:\n{system}\n\n"));
        for (String name : new String[] {"alpaca_w_system", "alpaca_w_system.load", "alpaca_w_system.load_chat"}) {
            named.put(name, withSystem(Style.CHAT, Style.CHAT.system));
        }
        named.put("alpaca_w_system.load_open_orca", openOrca(Style.ORCA));
        named.put("alpaca_w_system.load_open_orca_chatml", openOrca(Style.CHATML));
        return named;
    }

    private static InstructionFormat alpaca(Style style, String system, String systemNoInput) {
        return format(
                "instruction",
                Optional.of("input"),
                "output",
                Optional.empty(),
                system,
                systemNoInput,
                style.system,
                style);
    }

    private static InstructionFormat pair(String question, String answer, String system, String systemNoInput) {
        return format(
                question,
                Optional.empty(),
                answer,
                Optional.empty(),
                system,
                systemNoInput,
                Style.CHAT.system,
                Style.CHAT);
    }

    private static InstructionFormat withSystem(Style style, String systemFormat) {
        return format(
                "instruction", Optional.of("input"), "output", Optional.of("system"), "", "", systemFormat, style);
    }

    private static InstructionFormat openOrca(Style style) {
        return format(
                "question", Optional.empty(), "response", Optional.of("system_prompt"), "", "", style.system, style);
    }

    private static InstructionFormat format(
            String instruction,
            Optional<String> input,
            String output,
            Optional<String> systemField,
            String system,
            String systemNoInput,
            String systemFormat,
            Style style) {
        return new InstructionFormat(
                instruction,
                input,
                output,
                systemField,
                systemField.isPresent(),
                system,
                systemNoInput,
                systemFormat,
                style.turn,
                style.turnNoInput);
    }
}
