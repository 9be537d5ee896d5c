#!/usr/bin/env python3
"""Compares spot policies on folders of availability traces and prints a Markdown table.

    python3 Benchmarks/spot/compare.py [--tradewind .build/release/tradewind] [--windows 10] DIR [DIR:unbounded ...]

A folder holds one JSON file a zone: {"metadata": {"gap_seconds": G}, "data": [n0, n1, ...]}, the spot nodes the zone can hold. Append
:unbounded to a folder whose numbers only say whether there is any capacity (0 or 1). Without folders, seeded synthetic ones are made.

Published traces come with the artifact of SpotHedge (github.com/MaoZiming/spothedge_ae, folder data) and are to be had from there:
    git clone https://github.com/MaoZiming/spothedge_ae && python3 Benchmarks/spot/compare.py spothedge_ae/data/*
They carry no licence, so they are not part of this repository.
"""
import argparse
import json
import pathlib
import random
import subprocess
import tempfile
import time

POLICIES = "on-demand,static-1-50,round-robin,spothedge,default,clairvoyant"
TICKS_PER_WINDOW = 2880


def synthetic(root):
    """Runs of capacity and of none with heavy-tailed lengths: three regions of two zones, thirty days of five-minute gaps."""
    folder = pathlib.Path(root) / "synthetic"
    folder.mkdir()
    for region in ("north-1", "south-1", "west-1"):
        for zone in "ab":
            draw = random.Random(f"{region}{zone}")
            numbers = []
            while len(numbers) < 8640:
                length = int(2 * draw.paretovariate(0.7))
                numbers += [draw.choice([0, 4, 4, 4])] * min(length, 2000)
            text = json.dumps({"metadata": {"gap_seconds": 300}, "data": numbers[:8640]})
            (folder / f"{region}{zone}.json").write_text(text)
    return str(folder)


def run(arguments, folder, policies):
    name, _, mode = folder.partition(":")
    command = [arguments.tradewind, "simulate", "spot", "--traces", name, "--windows", str(arguments.windows),
               "--target", str(arguments.target), "--on-demand-ratio", str(arguments.on_demand_ratio),
               "--cold-start", str(arguments.cold_start), "--policy", policies, "-o", "json"]
    if mode == "unbounded":
        command.append("--unbounded")
    elif mode:
        raise SystemExit(f"{folder}: only :unbounded may follow a folder")
    start = time.monotonic()
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(result.stderr.strip())
    return json.loads(result.stdout), time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", metavar="DIR")
    parser.add_argument("--tradewind", default=".build/release/tradewind")
    parser.add_argument("--windows", type=int, default=10)
    parser.add_argument("--target", type=int, default=3)
    parser.add_argument("--on-demand-ratio", type=float, default=3)
    parser.add_argument("--cold-start", type=int, default=120)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folders = arguments.folders or [synthetic(scratch)]
        names = POLICIES.split(",")
        print("| traces | " + " | ".join(names) + " | gap closed |")
        print("|---" * (len(names) + 2) + "|")
        for folder in folders:
            report, _ = run(arguments, folder, POLICIES)
            rows = {row["name"]: row for row in report["policies"]}
            cells = [f"{rows[name]['availability']:.4f} at {rows[name]['relativeCost']:.3f}" for name in names]
            gap = rows["spothedge"]["relativeCost"] - rows["clairvoyant"]["relativeCost"]
            closed = (rows["spothedge"]["relativeCost"] - rows["default"]["relativeCost"]) / gap if gap > 0 else 0
            better = "" if rows["default"]["availability"] >= rows["spothedge"]["availability"] else ", less available"
            print(f"| {'/'.join(pathlib.Path(folder).parts[-2:])} | " + " | ".join(cells) + f" | {closed:.0%}{better} |", flush=True)
        print("\nEach cell: availability at relative cost, the mean of the windows. Gap closed: how far the default is from SpotHedge's "
              "cost to the bound.\n")
        many = argparse.Namespace(**{**vars(arguments), "windows": 200})
        few = argparse.Namespace(**{**vars(arguments), "windows": 1})
        print("| policy | simulated ticks a second (one core) |")
        print("|---|---|")
        for name in ("round-robin", "spothedge", "default"):
            seconds = run(many, folders[0], name)[1] - run(few, folders[0], name)[1]
            print(f"| {name} | {199 * TICKS_PER_WINDOW / max(seconds, 1e-9):,.0f} |", flush=True)


if __name__ == "__main__":
    main()
