#!/usr/bin/env python3
"""The gateway's memory over a million requests, and what it costs idle.

The same set-up as bench.py. Prints resident memory after each tenth of the requests; ends non-zero when the last tenth uses over
a tenth (and over 2 MB) more than the second, once every pool and buffer has been used.
"""

import argparse
import sys
import time

import bench


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tradewind", default=str(bench.ROOT / ".build/release/tradewind"))
    parser.add_argument("--requests", type=int, default=1_000_000)
    arguments = parser.parse_args()
    run = bench.Bench(arguments)
    sizes, served = [], 0
    try:
        child, port = run.tradewind(run.backend())
        idle_before = bench.cpu_seconds(child.pid)
        time.sleep(5)
        idle = (bench.cpu_seconds(child.pid) - idle_before) / 5 * 100
        print(f"idle: {idle:.1f} % of a core, {bench.resident_megabytes(child.pid):.1f} MB")
        while served < arguments.requests:
            goal = served + arguments.requests // 10
            while served < goal:
                served += run.load(port, 5)[0]
            sizes.append(bench.resident_megabytes(child.pid))
            print(f"{served:>9} requests: {sizes[-1]:.1f} MB", flush=True)
    finally:
        run.stop()
    grown = sizes[-1] - sizes[1]
    print(f"grown since the second tenth: {grown:.1f} MB")
    sys.exit(1 if grown > max(2, sizes[1] / 10) else 0)


if __name__ == "__main__":
    main()
