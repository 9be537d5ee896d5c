#!/usr/bin/env python3
"""The gateway's memory over a million requests, and what it costs idle.

The same set-up as bench.py. Prints resident memory after each tenth of the requests; ends non-zero when the last tenth uses over
a tenth (and over 2 MB) more than the second, once every pool and buffer has been used.
"""

import argparse
import sys
import time

import measuring
import peers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tradewind", default=str(measuring.ROOT / ".build/release/tradewind"))
    parser.add_argument("--requests", type=int, default=1_000_000)
    arguments = parser.parse_args()
    gateway = next(peer for peer in peers.peers(arguments.tradewind) if peer.name == "Tradewind")
    if not gateway.program:
        raise SystemExit(f"{arguments.tradewind} is missing: {gateway.install}")
    sizes, served = [], 0
    with measuring.Workbench() as run:
        run.compile()
        child, port = gateway.start(gateway, run, run.backend()[1])
        run.wait_for_answer(child, port, gateway.patience)
        idle_before = measuring.cpu_seconds(child.pid)
        time.sleep(5)
        idle = (measuring.cpu_seconds(child.pid) - idle_before) / 5 * 100
        print(f"idle: {idle:.1f} % of a core, {measuring.resident_megabytes(child.pid):.1f} MB")
        while served < arguments.requests:
            goal = served + arguments.requests // 10
            while served < goal:
                served += run.post(port, 5)[0]
            sizes.append(measuring.resident_megabytes(child.pid))
            print(f"{served:>9} requests: {sizes[-1]:.1f} MB", flush=True)
    if len(sizes) < 3:
        raise SystemExit("fewer than three readings: ask for more requests")
    grown = sizes[-1] - sizes[1]
    print(f"grown since the second tenth: {grown:.1f} MB")
    sys.exit(1 if grown > max(2, sizes[1] / 10) else 0)


if __name__ == "__main__":
    main()
