"""LoRA fine-tuning with Hugging Face's transformers and PEFT: what Newt is measured against.

Reads the rows in the order of the file, `--rows` of them an optimizer step, in micro batches padded to their longest row. Prompts are
Alpaca's and masked; answer and end of text are trained. The first `--warmup` steps do not count.
"""
import argparse
import json
import resource
import statistics
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

IGNORED = -100


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True, help="JSON lines: instruction, input, output")
    parser.add_argument("--steps", type=int, default=8, help="that count")
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--rows", type=int, default=8, help="of an optimizer step")
    parser.add_argument("--micro-batch", type=int, default=1)
    parser.add_argument("--seq-len", type=int, default=1024)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--alpha", type=int, default=32)
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--checkpoint", action="store_true", help="recompute activations")
    parser.add_argument("--no-adapter-cast", action="store_true", help="adapters in the model's type; PEFT's default is float32")
    parser.add_argument("--json")
    return parser.parse_args()


def prompt(row):
    context = ", paired with an input that provides further context" if row.get("input") else ""
    parts = [
        "Below is an instruction that describes a task" + context + ". "
        "Write a response that appropriately completes the request.",
        "### Instruction:\n" + row["instruction"],
    ]
    if row.get("input"):
        parts.append("### Input:\n" + row["input"])
    return "\n\n".join(parts) + "\n\n### Response:\n"


def examples(path, tokenizer, longest):
    for line in open(path, encoding="utf-8"):
        row = json.loads(line)
        given = tokenizer(prompt(row))["input_ids"]
        target = tokenizer(row["output"], add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
        if len(given) < longest:
            yield (given + target)[:longest], ([IGNORED] * len(given) + target)[:longest]


def padded(batch, filler):
    width = max(map(len, batch))
    return torch.tensor([row + [filler] * (width - len(row)) for row in batch])


def main():
    args = options()
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    rows = list(examples(args.data, tokenizer, args.seq_len))
    model = AutoModelForCausalLM.from_pretrained(
        args.model, dtype=getattr(torch, args.dtype), attn_implementation="sdpa")
    model.config.use_cache = False
    lora = LoraConfig(
        r=args.rank, lora_alpha=args.alpha, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM")
    model = get_peft_model(model, lora, autocast_adapter_dtype=not args.no_adapter_cast)
    if args.checkpoint:
        model.enable_input_require_grads()
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    model.train()
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=2e-4, weight_decay=0.0, fused=True)

    seconds, processor, tokens, trained = [], [], [], []
    for step in range(args.warmup + args.steps):
        of_step = [rows[(step * args.rows + i) % len(rows)] for i in range(args.rows)]
        count = sum(label != IGNORED for _, labels in of_step for label in labels[1:])
        start, cpu, loss_sum = time.perf_counter(), time.process_time(), 0.0
        for first in range(0, args.rows, args.micro_batch):
            batch = of_step[first:first + args.micro_batch]
            loss = model(
                input_ids=padded([ids for ids, _ in batch], 0),
                attention_mask=padded([[1] * len(ids) for ids, _ in batch], 0),
                labels=padded([labels for _, labels in batch], IGNORED),
                num_items_in_batch=count).loss
            loss.backward()
            loss_sum += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - cpu)
        tokens.append(sum(len(ids) for ids, _ in of_step))
        trained.append(count)
        print(f"step {step} loss {loss_sum:.5f} norm {norm.item():.4f} {seconds[-1]:.3f} s,"
              f" {processor[-1]:.3f} s of processor, {tokens[-1]} tokens, {count} trained", flush=True)

    counted = slice(args.warmup, None)
    total = sum(seconds[counted])
    result = {
        "sec_per_step": statistics.median(seconds[counted]),
        "cpu_sec_per_step": statistics.mean(processor[counted]),
        "tokens_per_s": sum(tokens[counted]) / total,
        "trained_tokens_per_s": sum(trained[counted]) / total,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(result))
    if args.json:
        with open(args.json, "w") as out:
            json.dump(result, out)


if __name__ == "__main__":
    main()
