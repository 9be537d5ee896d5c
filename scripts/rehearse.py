#!/usr/bin/env python3
"""A game day on one machine: `tradewind up` runs an example, `tradewind failover --rehearse` takes each plane away in turn under load.

Prints the measured table. Ends non-zero when a declared promise is broken, or when real-time inference took RTO_LIMIT seconds or more.

    rehearse.py [--files examples/onprem-burst] [--how freeze|kill] [--plane NAME]… [--rto-limit 5]
"""

import argparse
import json
import subprocess
import sys

import fleetload


def rehearse(fleet, how, plane):
    arguments = ["failover", "--rehearse", "--how", how, "-o", "json", "--state", fleet.state]
    done = subprocess.run([fleetload.TRADEWIND, *arguments, *(["--plane", plane] if plane else [])], stdout=subprocess.PIPE, text=True)
    if not done.stdout:
        raise SystemExit(f"the rehearsal ended with status {done.returncode} and no report")
    return json.loads(done.stdout)


def rows(report):
    for loss in report["losses"]:
        for workload in loss["workloads"]:
            yield loss, workload


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", default="examples/onprem-burst")
    parser.add_argument("--how", choices=["freeze", "kill"], default="freeze")
    parser.add_argument("--plane", action="append", default=[])
    parser.add_argument("--rto-limit", type=float, default=5.0)
    options = parser.parse_args()
    with fleetload.Fleet(options.files) as fleet:
        reports = [rehearse(fleet, options.how, plane) for plane in options.plane or [None]]
    print(f"{'lost':24}{'how':8}{'workload':14}{'class':10}{'requests':>9}{'there':>7}{'failed':>8}{'RTO':>9}{'promised':>10}{'lost work':>11}")
    kept, worst = True, 0.0
    for loss, row in (pair for report in reports for pair in rows(report)):
        print(
            f"{loss['lost']:24}{loss['how']:8}{row['workload']:14}{row['class']:10}{row['requests']:9}{row['servedThere']:7.0%}"
            f"{row['failed']:8}{row['rtoSeconds']:7.2f} s{row['promisedRTOSeconds']:8.0f} s{row['acknowledgedAndLost']:11}")
        kept = kept and row["kept"]
        if row["class"] == "realtime":
            worst = max(worst, row["rtoSeconds"])
    print(f"slowest recovery of real-time inference: {worst:.2f} s (limit {options.rto_limit:g} s)")
    sys.exit(0 if kept and worst < options.rto_limit else 1)


if __name__ == "__main__":
    main()
