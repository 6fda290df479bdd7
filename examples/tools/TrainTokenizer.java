import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Trains the byte-level BPE tokenizer of the small example model and writes the model folder's JSON
 * files: run {@code java TrainTokenizer.java [data folder] [model folder]} after MakeExampleData.
 *
 * <p>Byte-pair encoding as in Sennrich et al. 2016 over UTF-8 bytes: the pair of neighbours that
 * occurs most often becomes a new token, until the vocabulary is full. Ties go to the pair whose
 * parts are older, so the same text always gives the same files.
 */
public final class TrainTokenizer {
  private static final int VOCABULARY = 1664;

  /** Ids 0, 1, 2, ... in this order; the bytes follow. */
  private static final List<String> SPECIAL =
      List.of("<|pad|>", "<|begin|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>");

  /**
   * How text is cut before merging. Most byte-level tokenizers join a word and the space before it.
   * Here words, single digits, punctuation and white space stand alone: a word or number is the same
   * tokens after a space and after a quote, so that a very small model learns to copy it.
   */
  private static final String SPLIT =
      "'(?:s|t|m|d|ll|re|ve)"
          + "|[\\p{L}\\p{M}]+"
          + "|\\p{N}"
          + "|[^\\s\\p{L}\\p{M}\\p{N}]+"
          + "|\\s*[\\r\\n]+"
          + "|\\s+(?!\\S)"
          + "|\\s+";

  /** One turn after another, each closed by the end token; no other white space. */
  private static final String CHAT_TEMPLATE =
      "{{- bos_token }}\n"
          + "{%- for message in messages %}\n"
          + "    {{- '<|' + message['role'] + '|>' + message['content'] | trim + eos_token }}\n"
          + "{%- endfor %}\n"
          + "{%- if add_generation_prompt %}\n"
          + "    {{- '<|assistant|>' }}\n"
          + "{%- endif %}\n";

  private static final int HIDDEN = 192;
  private static final int LAYERS = 6;
  private static final int HEADS = 6;
  private static final int KEY_VALUE_HEADS = 2;
  private static final int INTERMEDIATE = 512;
  private static final int POSITIONS = 512;

  private TrainTokenizer() {}

  public static void main(String[] args) throws IOException {
    Path data = Path.of(args.length > 0 ? args[0] : "examples/data");
    Path model = Path.of(args.length > 1 ? args[1] : "examples/models/newt-tiny");
    Files.createDirectories(model);

    Map<String, Integer> words = new HashMap<>();
    for (String file : List.of("pretrain.jsonl", "requests.jsonl")) {
      for (String row : Files.readAllLines(data.resolve(file))) {
        for (String text : strings(row)) {
          count(text, words);
        }
      }
    }

    List<String> tokens = new ArrayList<>(SPECIAL);
    tokens.addAll(byteTokens());
    List<int[]> merges = new ArrayList<>();
    train(words, tokens, merges);

    Files.writeString(model.resolve("tokenizer.json"), tokenizerJson(tokens, merges));
    Files.writeString(model.resolve("tokenizer_config.json"), tokenizerConfigJson());
    Files.writeString(model.resolve("special_tokens_map.json"), specialTokensMapJson());
    Files.writeString(model.resolve("config.json"), configJson());
    Files.writeString(model.resolve("generation_config.json"), generationConfigJson());
    System.out.printf(
        "%s: %d tokens, %d merges; a model of %,d parameters%n",
        model, tokens.size(), merges.size(), parameters());
  }

  // -------------------------------------------------------------------------------- training

  /** Counts the pieces of {@code text}, its special tokens left out. */
  private static void count(String text, Map<String, Integer> words) {
    for (String part : text.split("<\\|[a-z]+\\|>")) {
      Matcher matcher = Pattern.compile(SPLIT).matcher(part);
      while (matcher.find()) {
        words.merge(matcher.group(), 1, Integer::sum);
      }
    }
  }

  /** A piece as token ids that shrink with each merge, and how often it occurs. */
  private static final class Word {
    int[] ids;
    final int count;

    Word(int[] ids, int count) {
      this.ids = ids;
      this.count = count;
    }
  }

  private record Candidate(long pair, long count) {}

  private static void train(Map<String, Integer> counts, List<String> tokens, List<int[]> merges) {
    List<Word> words = new ArrayList<>();
    Map<Long, Long> pairs = new HashMap<>();
    Map<Long, Set<Integer>> where = new HashMap<>();
    for (Map.Entry<String, Integer> entry : new TreeMap<>(counts).entrySet()) {
      byte[] bytes = entry.getKey().getBytes(StandardCharsets.UTF_8);
      int[] ids = new int[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        ids[i] = SPECIAL.size() + RANK[bytes[i] & 0xff];
      }
      words.add(new Word(ids, entry.getValue()));
      tally(words.size() - 1, words, pairs, where, 1, new HashSet<>());
    }
    PriorityQueue<Candidate> queue =
        new PriorityQueue<>(
            Comparator.comparingLong(Candidate::count).reversed().thenComparing(Candidate::pair));
    pairs.forEach((pair, count) -> queue.add(new Candidate(pair, count)));

    while (tokens.size() < VOCABULARY) {
      Candidate best = queue.poll();
      if (best == null) {
        throw new IllegalStateException(
            "the text has only " + tokens.size() + " tokens, not " + VOCABULARY);
      }
      long count = pairs.getOrDefault(best.pair, 0L);
      if (count != best.count) { // an entry from before later merges
        continue;
      }
      int left = (int) (best.pair >>> 32);
      int right = (int) best.pair;
      int merged = tokens.size();
      tokens.add(tokens.get(left) + tokens.get(right));
      merges.add(new int[] {left, right});
      Set<Long> changed = new HashSet<>();
      for (int w : where.remove(best.pair)) {
        tally(w, words, pairs, where, -1, changed);
        words.get(w).ids = merge(words.get(w).ids, left, right, merged);
        tally(w, words, pairs, where, 1, changed);
      }
      for (long pair : changed) {
        long now = pairs.getOrDefault(pair, 0L);
        if (now > 0) {
          queue.add(new Candidate(pair, now));
        }
      }
    }
  }

  /** Adds ({@code sign} 1) or takes away (-1) the pairs of one word. */
  private static void tally(
      int index,
      List<Word> words,
      Map<Long, Long> pairs,
      Map<Long, Set<Integer>> where,
      int sign,
      Set<Long> changed) {
    Word word = words.get(index);
    for (int i = 0; i + 1 < word.ids.length; i++) {
      long pair = ((long) word.ids[i] << 32) | word.ids[i + 1];
      pairs.merge(pair, (long) sign * word.count, Long::sum);
      if (sign > 0) {
        where.computeIfAbsent(pair, p -> new HashSet<>()).add(index);
      }
      changed.add(pair);
    }
  }

  private static int[] merge(int[] ids, int left, int right, int merged) {
    int[] result = new int[ids.length];
    int n = 0;
    for (int i = 0; i < ids.length; i++) {
      boolean match = i + 1 < ids.length && ids[i] == left && ids[i + 1] == right;
      result[n++] = match ? merged : ids[i];
      i += match ? 1 : 0;
    }
    return Arrays.copyOf(result, n);
  }

  // ----------------------------------------------------------------------------------- bytes

  /**
   * A printable character for each byte, as byte-level BPE files write them: the visible Latin-1
   * characters stand for themselves, the other bytes for the characters from U+0100 on.
   */
  private static final int[] CHARACTER = new int[256];

  /** The place of each byte when sorted by its character. */
  private static final int[] RANK = new int[256];

  static {
    int next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean visible = b >= 0x21 && b <= 0x7e || b >= 0xa1 && b != 0xad;
      CHARACTER[b] = visible ? b : next++;
    }
    for (int b = 0; b < 256; b++) {
      for (int other = 0; other < 256; other++) {
        RANK[b] += CHARACTER[other] < CHARACTER[b] ? 1 : 0;
      }
    }
  }

  private static List<String> byteTokens() {
    return Arrays.stream(CHARACTER).sorted().mapToObj(Character::toString).toList();
  }

  // ----------------------------------------------------------------------------------- files

  private static String tokenizerJson(List<String> tokens, List<int[]> merges) {
    StringBuilder json = new StringBuilder();
    json.append("{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n");
    json.append("  \"added_tokens\": [\n");
    for (int i = 0; i < SPECIAL.size(); i++) {
      json.append(
          """
              {"id": %d, "content": %s, "single_word": false, "lstrip": false, "rstrip": false, \
          "normalized": false, "special": true}%s
          """
              .formatted(i, quote(SPECIAL.get(i)), i + 1 < SPECIAL.size() ? "," : ""));
    }
    json.append(
        """
          ],
          "normalizer": null,
          "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
              {"type": "Split", "pattern": {"Regex": %s}, "behavior": "Isolated", "invert": false},
              {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}
            ]
          },
          "post_processor": {
            "type": "TemplateProcessing",
            "single": [
              {"SpecialToken": {"id": "<|begin|>", "type_id": 0}},
              {"Sequence": {"id": "A", "type_id": 0}}
            ],
            "pair": [
              {"SpecialToken": {"id": "<|begin|>", "type_id": 0}},
              {"Sequence": {"id": "A", "type_id": 0}},
              {"SpecialToken": {"id": "<|begin|>", "type_id": 1}},
              {"Sequence": {"id": "B", "type_id": 1}}
            ],
            "special_tokens": {
              "<|begin|>": {"id": "<|begin|>", "ids": [1], "tokens": ["<|begin|>"]}
            }
          },
          "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
          "model": {
            "type": "BPE",
            "dropout": null,
            "unk_token": null,
            "continuing_subword_prefix": null,
            "end_of_word_suffix": null,
            "fuse_unk": false,
            "byte_fallback": false,
            "ignore_merges": false,
            "vocab": {
        """
            .formatted(quote(SPLIT)));
    for (int i = 0; i < tokens.size(); i++) {
      json.append("      ").append(quote(tokens.get(i))).append(": ").append(i);
      json.append(i + 1 < tokens.size() ? ",\n" : "\n    },\n    \"merges\": [\n");
    }
    for (int i = 0; i < merges.size(); i++) {
      int[] pair = merges.get(i);
      json.append("      [").append(quote(tokens.get(pair[0]))).append(", ");
      json.append(quote(tokens.get(pair[1]))).append(i + 1 < merges.size() ? "],\n" : "]\n    ]\n  }\n}\n");
    }
    return json.toString();
  }

  private static String tokenizerConfigJson() {
    return """
    {
      "tokenizer_class": "PreTrainedTokenizerFast",
      "bos_token": "<|begin|>",
      "eos_token": "<|end|>",
      "pad_token": "<|pad|>",
      "additional_special_tokens": ["<|system|>", "<|user|>", "<|assistant|>", "<|tool|>"],
      "clean_up_tokenization_spaces": false,
      "model_max_length": %d,
      "chat_template": %s
    }
    """
        .formatted(POSITIONS, quote(CHAT_TEMPLATE));
  }

  private static String specialTokensMapJson() {
    return """
    {
      "bos_token": "<|begin|>",
      "eos_token": "<|end|>",
      "pad_token": "<|pad|>",
      "additional_special_tokens": ["<|system|>", "<|user|>", "<|assistant|>", "<|tool|>"]
    }
    """;
  }

  private static String configJson() {
    return """
    {
      "architectures": ["LlamaForCausalLM"],
      "model_type": "llama",
      "vocab_size": %d,
      "hidden_size": %d,
      "intermediate_size": %d,
      "num_hidden_layers": %d,
      "num_attention_heads": %d,
      "num_key_value_heads": %d,
      "head_dim": %d,
      "hidden_act": "silu",
      "max_position_embeddings": %d,
      "rope_theta": 10000.0,
      "rms_norm_eps": 1e-05,
      "initializer_range": 0.04,
      "tie_word_embeddings": true,
      "attention_bias": false,
      "attention_dropout": 0.0,
      "mlp_bias": false,
      "bos_token_id": 1,
      "eos_token_id": 2,
      "pad_token_id": 0,
      "torch_dtype": "bfloat16",
      "use_cache": true
    }
    """
        .formatted(
            VOCABULARY, HIDDEN, INTERMEDIATE, LAYERS, HEADS, KEY_VALUE_HEADS, HIDDEN / HEADS, POSITIONS);
  }

  private static String generationConfigJson() {
    return """
    {
      "bos_token_id": 1,
      "eos_token_id": 2,
      "pad_token_id": 0,
      "do_sample": false,
      "max_new_tokens": 128
    }
    """;
  }

  private static long parameters() {
    long keyValue = (long) HIDDEN / HEADS * KEY_VALUE_HEADS;
    long attention = 2L * HIDDEN * HIDDEN + 2 * HIDDEN * keyValue;
    long feedForward = 3L * HIDDEN * INTERMEDIATE;
    return (long) VOCABULARY * HIDDEN + LAYERS * (attention + feedForward + 2L * HIDDEN) + HIDDEN;
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  /** The values of the keys text and content in a row as MakeExampleData writes it. */
  private static List<String> strings(String row) {
    List<String> texts = new ArrayList<>();
    Matcher matcher =
        Pattern.compile("\"(?:text|content)\":\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(row);
    while (matcher.find()) {
      texts.add(matcher.group(1).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\"));
    }
    return texts;
  }
}
