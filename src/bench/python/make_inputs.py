"""Makes what the benchmarks run on, from nothing but Python itself: a tokenizer, a model of SmolLM-135M's shape with random weights, and rows.

usage: make_inputs.py FOLDER [--rows 3000] [--no-model]
Writes FOLDER/tokenizer, FOLDER/model (with the same tokenizer), FOLDER/alpaca.jsonl and FOLDER/chat.jsonl. The tokenizer, byte-pair encoding
with Llama 3's words, is trained on the source of Python's standard library; rows ask what its functions do and answer with their
documentation. The same Python gives the same files. Needs torch, transformers and tokenizers.
"""
import argparse
import ast
import json
import pathlib
import random
import sysconfig

SEED = 7
WORDS = 32768
END = "<|im_end|>"
LLAMA3_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
QUESTIONS = (
    "What does {name} of the module {module} do?",
    "Explain {module}.{name} to somebody new to Python.",
    "When would I use {name} from {module}?",
    "Describe {name} ({module}) in the words of its documentation.",
)


def sources():
    for path in sorted(pathlib.Path(sysconfig.get_path("stdlib")).glob("*.py")):
        try:
            yield path.stem, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def documented():
    """Module, name and documentation of every function and class that has any."""
    found = []
    for module, text in sources():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
                found.append((module, node.name, ast.get_docstring(node)))
    return found


def write_tokenizer(*folders):
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA3_WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=WORDS,
        special_tokens=["<|endoftext|>", "<|im_start|>", END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator((text for _, text in sources()), trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token=END, pad_token="<|endoftext|>")
    tokenizer.chat_template = CHATML
    for folder in folders:
        tokenizer.save_pretrained(folder)


def write_model(folder):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(SEED)
    config = LlamaConfig(
        vocab_size=49152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        eos_token_id=2,
        bos_token_id=None,
    )
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)


def write_rows(folder, count):
    draw = random.Random(SEED)
    known = documented()

    def exchange():
        module, name, answer = draw.choice(known)
        return draw.choice(QUESTIONS).format(module=module, name=name), answer

    with open(folder / "alpaca.jsonl", "w", encoding="utf-8") as alpaca, open(
        folder / "chat.jsonl", "w", encoding="utf-8"
    ) as chat:
        for _ in range(count):
            question, answer = exchange()
            alpaca.write(json.dumps({"instruction": question, "input": "", "output": answer}) + "\n")
            messages = [{"role": "system", "content": "You know Python well."}] if draw.random() < 0.5 else []
            for _ in range(2):
                question, answer = exchange()
                messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
            chat.write(json.dumps({"messages": messages}) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--no-model", action="store_true")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    write_rows(args.folder, args.rows)
    if args.no_model:
        write_tokenizer(args.folder / "tokenizer")
    else:
        write_tokenizer(args.folder / "tokenizer", args.folder / "model")
        write_model(args.folder / "model")


if __name__ == "__main__":
    main()
