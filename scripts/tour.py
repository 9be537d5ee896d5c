#!/usr/bin/env python3
"""The README's tour, measured: a fleet on this machine, asked at three gateways, then hurt. Ends non-zero when a promise breaks."""

import argparse
import asyncio
import sys
import time

import fleetload
from fleetload import ask, chat, embedding, percentile

NAMES = ["toronto", "frankfurt", "singapore"]
PHI_PLANES = {"toronto", "aws-frankfurt"}
broken = []


def promise(kept, text):
    print(("  kept    " if kept else "  BROKEN  ") + text, flush=True)
    if not kept:
        broken.append(text)


def geography(fleet):
    print("Who answers whom")
    expected = {"toronto": "toronto", "frankfurt": "aws-frankfurt", "singapore": "gcp-singapore"}
    for name, port in zip(NAMES, fleet.ports):
        for path, body in [chat("chat", False), embedding()]:
            status, headers, _ = ask(port, path, body)
            plane = headers.get("x-tradewind-plane")
            promise(status == 200 and plane == expected[name], f"{name}: {body['model']} from {plane} ({headers.get('x-tradewind-reason')})")
    status, headers, answer = ask(fleet.ports[2], *chat("chat-phi", False))
    plane = headers.get("x-tradewind-plane")
    promise(status == 200 and plane in PHI_PLANES, f"singapore: chat-phi from {plane} ({headers.get('x-tradewind-reason')})")
    status, _, answer = ask(fleet.ports[0], *chat("nothing", False))
    promise(status == 404 and answer["error"]["code"] == "model_not_found", f"unknown model: {status} {answer['error']['code']}")


def mixed(ports):
    kinds = [chat("chat", False), chat("chat", False), chat("chat", True), embedding(), embedding()]
    return lambda number: (ports[number % len(ports)], *kinds[number % len(kinds)])


def failover(fleet, rate, seconds):
    print(f"kill -9 of every replica of the serving plane, under {rate} req/s for {seconds} s")
    killed, kill_at = [], seconds / 3

    def kill():
        killed.append((time.monotonic(), fleet.kill_replicas("toronto")))

    begun = time.monotonic()
    outcomes = asyncio.run(fleetload.steady(rate, seconds, mixed(fleet.ports[:1]), [(kill_at, kill)]))
    killed_at = killed[0][0] - begun
    before = [o.seconds for o in outcomes if o.ok and o.due + o.seconds < kill_at]
    whole = [o for o in outcomes if not o.streamed]
    streams = [o for o in outcomes if o.streamed]
    failed = [o for o in whole if not o.ok]
    cut_early = [o for o in streams if not o.ok and not o.first_token]
    cut_late = [o for o in streams if not o.ok and o.first_token]
    slow_limit = max(1.0, 3 * percentile(before, 0.99))
    slow = [o for o in outcomes if o.due >= kill_at - 1 and (o.seconds > slow_limit or not o.ok)]
    recovery = max([o.due + o.seconds - killed_at for o in slow], default=0.0)
    after = sorted({o.plane for o in outcomes if o.ok and kill_at < o.due < kill_at + 1})
    print(f"  {len(outcomes)} requests ({len(streams)} streamed); {killed[0][1]} replicas killed at {killed_at:.1f} s; answered then by {', '.join(after)}")
    print(f"  latency before: p50 {percentile(before, 0.5) * 1e3:.0f} ms, p99 {percentile(before, 0.99) * 1e3:.0f} ms; "
          f"slowest after: {max(o.seconds for o in outcomes if o.due > kill_at - 1) * 1e3:.0f} ms")
    promise(not failed, f"{len(failed)} of {len(whole)} non-streamed requests failed {sorted({o.status for o in failed}) or ''}")
    promise(not cut_early, f"{len(cut_early)} streams cut before their first token ({len(cut_late)} had begun and were cut)")
    promise(recovery < 2, f"recovered {recovery:.2f} s after the kill")


def fence_under_failure(fleet):
    print("The fence while planes fail: chat-phi asked for in Singapore")
    for planes in (["toronto"], ["toronto", "aws-frankfurt"]):
        seen, refused, reasons = set(), 0, set()
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            for plane in planes:
                try:
                    fleet.kill_replicas(plane)
                except ProcessLookupError:
                    pass
            status, headers, answer = ask(fleet.ports[2], *chat("chat-phi", False))
            if status == 200:
                seen.add(headers.get("x-tradewind-plane"))
            else:
                refused += 1
                reasons.add(f"{status} {answer['error']['message']}")
        promise(seen <= PHI_PLANES, f"{' and '.join(planes)} killed again and again: answered by {sorted(seen) or 'nobody'}, refused {refused} times")
        for reason in sorted(reasons):
            print(f"          {reason}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()
    begun = time.monotonic()
    with fleetload.Fleet() as fleet:
        print(f"The fleet is ready {time.monotonic() - begun:.1f} s after the start; gateways on {fleet.ports}")
        print(fleet.command("get", "replicas"))
        geography(fleet)
        failover(fleet, arguments.rate, arguments.seconds)
        fence_under_failure(fleet)
    print("every promise was kept" if not broken else f"{len(broken)} promises were broken")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
