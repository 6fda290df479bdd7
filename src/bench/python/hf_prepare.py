"""Prepares rows with Hugging Face's datasets, transformers and trl: what Newt's preparation is measured against.

Loads JSON lines, renders and tokenises with two processes (datasets.map), masks the prompts, cuts to --seq-len and packs with trl's best fit
decreasing. Prints a JSON object with the rows, their tokens, the seconds of each stage and the peak of memory, which is the proportional
set size of all processes, sampled ten times a second. Neither the start of Python nor the tokenizer's loading is in the seconds.
"""
import argparse
import json
import os
import pathlib
import statistics
import tempfile
import threading
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import datasets
from transformers import AutoTokenizer
from trl import pack_dataset

IGNORED = -100
INTRODUCTION = {
    False: "Below is an instruction that describes a task. Write a response that appropriately completes the request.",
    True: "Below is an instruction that describes a task, paired with an input that provides further context. Write a response"
    " that appropriately completes the request.",
}


class Peak(threading.Thread):
    """The most memory that this process and its children hold at once."""

    def __init__(self):
        super().__init__(daemon=True)
        self.kibibytes = 0

    def run(self):
        while True:
            self.kibibytes = max(self.kibibytes, sum(map(proportional, family(os.getpid()))))
            time.sleep(0.1)


def family(process):
    found, waiting = [], [process]
    while waiting:
        found.append(waiting.pop())
        for children in pathlib.Path(f"/proc/{found[-1]}/task").glob("*/children"):
            try:
                waiting += children.read_text().split()
            except OSError:
                pass
    return found


def proportional(process):
    try:
        for line in open(f"/proc/{process}/smaps_rollup"):
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def alpaca(row, tokenizer, longest):
    given = bool(row.get("input"))
    parts = [INTRODUCTION[given], "### Instruction:\n" + row["instruction"]]
    if given:
        parts.append("### Input:\n" + row["input"])
    prompt = tokenizer("\n\n".join(parts) + "\n\n### Response:\n")["input_ids"]
    answer = tokenizer(row["output"], add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
    return {
        "input_ids": (prompt + answer)[:longest],
        "labels": ([IGNORED] * len(prompt) + answer)[:longest],
    }


def chat(row, tokenizer, longest):
    done = tokenizer.apply_chat_template(
        row["messages"], tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    ids, mask = done["input_ids"], done["assistant_masks"]
    return {
        "input_ids": ids[:longest],
        "labels": [token if trained else IGNORED for token, trained in zip(ids, mask)][:longest],
    }


def prepare(args, tokenizer, folder):
    stages = {}
    begin = last = time.perf_counter()

    def stage(name):
        nonlocal last
        now = time.perf_counter()
        stages[name] = {"seconds": now - last}
        last = now

    rows = datasets.load_dataset("json", data_files=args.data, split="train", cache_dir=folder)
    stage("load")
    mapped = rows.map(
        {"alpaca": alpaca, "chat": chat}[args.kind],
        fn_kwargs={"tokenizer": tokenizer, "longest": args.seq_len},
        num_proc=args.processes,
        remove_columns=rows.column_names,
    )
    stage("map")
    packed = pack_dataset(mapped, args.seq_len, strategy="bfd")
    stage("pack")
    stages["total"] = {"seconds": last - begin}
    tokens = sum(len(batch) for ids in mapped.iter(1000) for batch in ids["input_ids"])
    return len(rows), tokens, len(packed), stages


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--kind", choices=("alpaca", "chat"), default="alpaca")
    parser.add_argument("--seq-len", type=int, default=2048)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--runs", type=int, default=1)
    args = parser.parse_args()
    datasets.disable_progress_bars()
    tokenizer = AutoTokenizer.from_pretrained(args.tokenizer)
    peak = Peak()
    peak.start()
    runs = []
    for _ in range(args.runs):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(prepare(args, tokenizer, folder))
    names = runs[0][3]
    print(
        json.dumps(
            {
                "rows": runs[0][0],
                "tokens": runs[0][1],
                "packed_rows": runs[0][2],
                "stages": {n: {"seconds": statistics.median(r[3][n]["seconds"] for r in runs)} for n in names},
                "peak_pss_mib": peak.kibibytes // 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
