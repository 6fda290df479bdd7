"""Runs Newt and the Hugging Face + PEFT script in turn, and prints medians and ratios as one table.

usage: compare.py --rounds 2 --peer-python PYTHON --java "JAVA ... dev.newt.bench.TrainBench" --peer-args="--micro-batch 2" -- ARGS...
ARGS go to both sides, --ours-args and --peer-args to one.
"""
import argparse
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = ("trained_tokens_per_s", "tokens_per_s", "sec_per_step", "cpu_sec_per_step", "peak_mib")


def measure(command):
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run(command + ["--json", out.name], check=True, stdout=subprocess.DEVNULL)
        result = json.load(open(out.name))
    print(f"load {os.getloadavg()[0]:.1f}  {command[0]} ...  {result}", flush=True)
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--java", required=True, help="command of TrainBench without its options")
    parser.add_argument("--peer-python", default="python3")
    parser.add_argument("--peer-script", default=str(HERE / "peft_sft.py"))
    parser.add_argument("--ours-args", default="")
    parser.add_argument("--peer-args", default="")
    parser.add_argument("common", nargs="+")
    args = parser.parse_args()
    peer = [args.peer_python, args.peer_script] + shlex.split(args.peer_args) + args.common
    ours = shlex.split(args.java) + shlex.split(args.ours_args) + args.common
    results = {"peer": [], "newt": []}
    for _ in range(args.rounds):
        results["peer"].append(measure(peer))
        results["newt"].append(measure(ours))
    medians = {
        side: {c: statistics.median(r[c] for r in runs if c in r) for c in COLUMNS if any(c in r for r in runs)}
        for side, runs in results.items()
    }
    print("| | HF + PEFT | Newt | Newt / peer |\n|---|---:|---:|---:|")
    for column in COLUMNS:
        if all(column in medians[side] for side in medians):
            a, b = medians["peer"][column], medians["newt"][column]
            print(f"| {column} | {a:.1f} | {b:.1f} | {b / a:.2f} |")


if __name__ == "__main__":
    main()
