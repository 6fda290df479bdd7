package dev.newt.cli;

import dev.newt.config.KeyCatalogue;
import dev.newt.config.KeyDoc;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Damages configurations at random, as hands, editors, disks and other programs do. The same seed gives the same damage. */
final class Mutations {
    /** Values that are odd in YAML, in Java, in arithmetic or in a file system. */
    private static final List<String> VALUES = List.of(
            "",
            "~",
            "null",
            "true",
            "no",
            "on",
            "yes",
            "Off",
            "0",
            "-1",
            "1",
            "7",
            "0.5",
            "1.0",
            "1e-4",
            "1e4",
            "2e",
            "-0.0",
            "1e308",
            "1e999",
            "-1e999",
            "1e-999",
            ".inf",
            "-.inf",
            ".nan",
            "0x1F",
            "017",
            "1_000",
            "12:30:45",
            "2147483647",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "99999999999999999999999999",
            "0.1.2",
            "1,5",
            "5%",
            "\"\"",
            "\" \"",
            "\"4\"",
            "'it''s'",
            "\"\\u0000\"",
            "\"\\ud83d\"",
            "\"a\\nb\"",
            "[]",
            "{}",
            "[[]]",
            "[1, 2]",
            "[a, [b, {c: d}]]",
            "{a: 1}",
            "{path: x}",
            "{train: {test: [1]}}",
            "[null]",
            "[~, \"\"]",
            "&a x",
            "*a",
            "&a [*a]",
            "!!int 4",
            "!!binary aGk=",
            "!tag x",
            "|\n  text\n  more",
            ">-\n  folded",
            "@x",
            "`x`",
            "%x",
            "? x",
            "- - -",
            "<<",
            "2024-01-01",
            "adamw",
            "cosine",
            "lora",
            "qlora",
            "chat_template",
            "completion",
            "alpaca",
            "jinja",
            "all-linear",
            "tokenizer_default",
            "train[:10%]",
            "train[",
            "[",
            "(",
            "*",
            "?",
            "{",
            "..",
            ".",
            "./x",
            "~/x",
            "~",
            "C:\\x",
            "a/b",
            "meta-llama/Llama-3.1-8B",
            "nobody/nothing",
            "https://x.invalid/rows.jsonl",
            "s3://x/y",
            "http://",
            "x:y",
            "../data",
            "../data/*.jsonl",
            "../data/**",
            "../models/newt-tiny",
            "\u00e4\u00f6\u00fc",
            "\u4e2d\u6587",
            "\ud83d\ude80",
            "\u202Ex",
            "\uFEFF",
            "a\u0301",
            "${env:HOME}",
            "${env:NO_SUCH_VARIABLE}",
            "${env:NO_SUCH_VARIABLE:-3}",
            "${env:",
            "${env:}",
            "$${x}",
            "${x}",
            "x".repeat(5000),
            "9".repeat(400));

    private final Random random;
    private final List<KeyDoc> keys = KeyCatalogue.all();

    Mutations(Random random) {
        this.random = random;
    }

    /** One to three kinds of damage. */
    byte[] of(String text) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            mutate(lines);
        }
        byte[] bytes =
                String.join(random.nextInt(20) == 0 ? "\r\n" : "\n", lines).getBytes(StandardCharsets.UTF_8);
        return switch (random.nextInt(30)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> withRandomBytes(bytes);
            case 2 -> new String(bytes, StandardCharsets.UTF_8)
                    .getBytes(pick(List.of(
                            StandardCharsets.UTF_16,
                            StandardCharsets.UTF_16LE,
                            StandardCharsets.ISO_8859_1,
                            StandardCharsets.US_ASCII)));
            default -> bytes;
        };
    }

    private byte[] withRandomBytes(byte[] bytes) {
        byte[] damaged = bytes.clone();
        for (int i = random.nextInt(8); i >= 0 && damaged.length > 0; i--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        return damaged;
    }

    private void mutate(List<String> lines) {
        int at = random.nextInt(lines.size());
        String line = lines.get(at);
        int colon = line.indexOf(": ");
        String key = colon < 0 ? line.replace(":", "") : line.substring(0, colon);
        switch (random.nextInt(20)) {
            case 0 -> lines.set(at, key + ": " + pick(VALUES));
            case 1 -> lines.add(at, added(pick(keys)));
            case 2 -> lines.set(at, line.replace(key.strip(), name(pick(keys))));
            case 3 -> lines.add(random.nextInt(lines.size()), line);
            case 4 -> lines.set(at, typo(line));
            case 5 -> lines.set(at, " ".repeat(random.nextInt(5)) + line.strip());
            case 6 -> lines.set(at, line.replaceFirst("^ *", "\t"));
            case 7 -> lines.add(at, "x: " + "[".repeat(1 + random.nextInt(5000)));
            case 8 -> lines.add(at, nested(1 + random.nextInt(60)));
            case 9 -> lines.add(
                    at, pick(List.of("a: &a {lora_r: 8}\n<<: *a", "<<: [{lora_r: 8}, 3]", "<<: *none", bomb())));
            case 10 -> lines.add(
                    at, pick(List.of("---", "...", "--- {}", "%YAML 1.2", "# \u202E", "? [a]\n: b", "- item", "=")));
            case 11 -> lines.set(at, line.replaceFirst(": (.*)$", ": [$1]"));
            case 12 -> lines.set(at, line.replaceFirst(": (.*)$", ": {x: $1}"));
            case 13 -> lines.set(at, line.replaceFirst(": (.*)$", ": \"$1\""));
            case 14, 15, 16, 17 -> lines.add(added(pick(keys)));
            case 18 -> Collections.swap(lines, at, random.nextInt(lines.size()));
            default -> {
                if (lines.size() > 1) {
                    lines.remove(at);
                }
            }
        }
    }

    /** A line with a key, and half the time with a value that it may well take. */
    private String added(KeyDoc key) {
        String usual = key.example().or(key::byDefault).orElse("true");
        return name(key) + ": " + (random.nextBoolean() ? usual : pick(VALUES));
    }

    private static String name(KeyDoc key) {
        return key.path().replaceAll(".*\\.", "");
    }

    private String typo(String line) {
        if (line.length() < 2) {
            return line + pick(VALUES);
        }
        int at = random.nextInt(line.length() - 1);
        return switch (random.nextInt(3)) {
            case 0 -> line.substring(0, at) + line.substring(at + 1);
            case 1 -> line.substring(0, at) + line.charAt(at + 1) + line.charAt(at) + line.substring(at + 2);
            default -> line.substring(0, at) + (char) (32 + random.nextInt(95)) + line.substring(at);
        };
    }

    private static String nested(int depth) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            text.append("  ".repeat(i)).append("k:\n");
        }
        return text.append("  ".repeat(depth)).append("v").toString();
    }

    private static String bomb() {
        StringBuilder text = new StringBuilder("b0: &b0 [x, x]\n");
        for (int i = 1; i < 40; i++) {
            text.append("b")
                    .append(i)
                    .append(": &b")
                    .append(i)
                    .append(" [*b")
                    .append(i - 1)
                    .append(", *b")
                    .append(i - 1)
                    .append("]\n");
        }
        return text.toString();
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
