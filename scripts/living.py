#!/usr/bin/env python3
"""A fleet that runs itself, on this machine: load that climbs tenfold and falls, a spot node taken away under it, a model that sleeps
while nobody asks. Ends non-zero when a promise breaks. Takes about four minutes."""

import argparse
import asyncio
import subprocess
import sys
import threading
import time

import fleetload
from fleetload import TRADEWIND, ask, chat, percentile

broken = []


def promise(kept, text):
    print(("  kept    " if kept else "  BROKEN  ") + text, flush=True)
    if not kept:
        broken.append(text)


def wait_until(what, seconds, condition):
    """Whether it came true in time, and after how long."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if condition():
            return True, time.monotonic() - begun
        time.sleep(0.5)
    print(f"  {what}: not within {seconds} s", flush=True)
    return False, seconds


def ready(fleet, workload, pool=None):
    return [
        item for item in fleet.replicas()
        if item["spec"]["workload"] == workload and item["status"]["state"] == "ready" and pool in (None, item["spec"].get("pool"))]


def sleeper(fleet):
    print("A model that sleeps while nobody asks")
    slept, _ = wait_until("summaries at zero", 90, lambda: not ready(fleet, "summaries"))
    promise(slept, "summaries has no replica while nobody asks")
    begun = time.monotonic()
    status, headers, _ = ask(fleet.ports[0], *chat("summaries", False))
    promise(status == 200, f"the first request waited {time.monotonic() - begun:.1f} s and was answered: {status} by {headers.get('x-tradewind-replica')}")


def take_spot_node(fleet, notice):
    """The node of a spot replica that serves now, by the announcement its provider would make."""
    serving = ready(fleet, "chat", "a100-spot")
    if not serving:
        return promise(False, "no replica serves from a100-spot at the peak")
    done = subprocess.run(
        [TRADEWIND, "reclaim", "aws-montreal/a100-spot", "--in", f"{notice}s", "--state", fleet.state], capture_output=True, text=True)
    promise(done.returncode == 0, f"reclaim under load, {len(serving)} spot replicas serving: {done.stdout.strip() or done.stderr.strip()}")


def tide(fleet, low, seconds, notice):
    high = 10 * low
    print(f"Load climbs from {low} to {high} requests a second and falls, and a spot node is taken with {notice} s of notice")
    counts = []

    def count():
        counts.append(len(ready(fleet, "chat")))

    def run(rate, seconds, actions=()):
        in_background = [(at, lambda action=action: threading.Thread(target=action).start()) for at, action in actions]
        choose = lambda number: (fleet.ports[0], *chat("chat", False, tokens=64))
        return asyncio.run(fleetload.steady(rate, seconds, choose, in_background))

    outcomes = run(low, 20, [(18, count)])
    outcomes += run(high, seconds, [(seconds * 0.6, count), (seconds * 0.6 + 2, lambda: take_spot_node(fleet, notice))])
    outcomes += run(low, 75, [(70, count)])
    failed = [o for o in outcomes if not o.ok]
    promise(not failed, f"{len(failed)} of {len(outcomes)} requests failed {sorted({o.status for o in failed}) or ''}; "
            f"p50 {percentile([o.seconds for o in outcomes], 0.5):.2f} s, p99 {percentile([o.seconds for o in outcomes], 0.99):.2f} s")
    print(f"  replicas that served: {counts[0]} before, {counts[1]} at the peak, {counts[2]} after")
    promise(counts[1] >= 3 * counts[0] and counts[2] < counts[1], "replicas followed the load")


def events(fleet):
    print("tradewind get events")
    text = fleet.command("get", "events")
    for line in text.splitlines():
        print("  " + line[:190])
    for reason in ["ScaledUp", "WarmNodeUsed", "NodeReclaimNoticed", "NodeReclaimed", "SpotFallback", "ScaledDown", "to 0 replicas: nobody has asked"]:
        promise(reason in text, f"{reason} is told")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--low", type=int, default=4, help="requests a second before and after")
    parser.add_argument("--seconds", type=int, default=90, help="how long the tenfold load lasts")
    parser.add_argument("--notice", type=int, default=30)
    arguments = parser.parse_args()
    with fleetload.Fleet("examples/living-fleet", gateways=1) as fleet:
        sleeper(fleet)
        tide(fleet, arguments.low, arguments.seconds, arguments.notice)
        wait_until("summaries at zero again", 60, lambda: not ready(fleet, "summaries"))
        events(fleet)
    print("every promise was kept" if not broken else f"{len(broken)} promises were broken")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
