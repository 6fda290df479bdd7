"""Runs a preparation script of Hugging Face's datasets and Newt's PrepareBench in turn on one file, and prints medians and ratios.

usage: prepare_compare.py --rounds 3 --peer "PYTHON map_rows.py" --java "JAVA ... dev.newt.bench.PrepareBench" -- --data FILE --tokenizer DIR --kind alpaca
What follows the dashes goes to both sides. The peer prints one JSON object with "stages" (load, map, pack, total: seconds) and peak_pss_mib.
"""
import argparse
import json
import shlex
import statistics
import subprocess


def run(command):
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout[done.stdout.index("{"):])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--java", required=True)
    parser.add_argument("common", nargs="+")
    args = parser.parse_args()
    peer, ours = [], []
    for _ in range(args.rounds):
        peer.append(run(shlex.split(args.peer) + ["--runs", "1"] + args.common))
        ours.append(run(shlex.split(args.java) + args.common))
        if peer[-1]["rows"] != ours[-1]["rows"] or peer[-1]["tokens"] != ours[-1]["tokens"]:
            raise SystemExit(f"the sides differ: {peer[-1]} {ours[-1]}")
    rows = ours[0]["rows"]
    seconds = [r["stages"]["total"]["seconds"] for r in peer], [r["total_s"] for r in ours]
    theirs, own = map(statistics.median, seconds)
    print(f"rows {rows}, tokens {ours[0]['tokens']}")
    print(f"peer {theirs:.1f} s, {rows / theirs:.0f} rows/s, of {[round(s, 1) for s in seconds[0]]}; peak PSS {max(r['peak_pss_mib'] for r in peer)} MiB")
    print(f"newt {own:.1f} s, {rows / own:.0f} rows/s, of {[round(s, 1) for s in seconds[1]]}; peak RSS {max(r['peak_mib'] for r in ours):.0f} MiB; "
          f"again {statistics.median(r['prepared_again_s'] for r in ours):.3f} s")
    print(f"newt / peer {theirs / own:.2f}; stages of the peer {[r['stages'] for r in peer][0]}")
    print(f"newt {ours[0]}")


if __name__ == "__main__":
    main()
