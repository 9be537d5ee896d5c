#!/usr/bin/env python3
"""Measures how fast a whole fleet is played.

    python3 Benchmarks/simulator/bench.py [--tradewind .build/release/tradewind] [--days 30]

Two scenarios on fleets made here: every request by itself, on one plane and on ten with a hundred replicas; and thirty days of the
ten as rates. Time is the process's own CPU time, so that what else runs on the machine does not count. An event is one taken from the
simulator's queue or notified by an engine: a request has seven (arrival, at the replica, admitted, first token, end, and the engine's
two), the rest of the fleet some thousand a second.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import tempfile
import time

PLACES = [(40.7, -74.0, "US"), (37.8, -122.4, "US"), (41.9, -87.6, "US"), (51.5, -0.1, "GB"), (50.1, 8.7, "DE"),
          (48.9, 2.4, "FR"), (35.7, 139.7, "JP"), (1.35, 103.8, "SG"), (-33.9, 151.2, "AU"), (-23.5, -46.6, "BR")]


def fleet(planes, nodes, rate, peak, profile):
    """JSON documents: planes with an on-demand and a spot pool each, three gateways, users beside every plane."""
    head = {"apiVersion": "tradewind.dev/v1alpha1"}
    documents = [head | {"kind": "Provider", "metadata": {"name": "cloud"}, "spec": {"kind": "hyperscaler"}}]
    for index, (latitude, longitude, country) in enumerate(PLACES[:planes]):
        location = {"country": country, "latitude": latitude, "longitude": longitude}
        pool = {"accelerator": "L4-24GB", "acceleratorsPerNode": 1, "maxNodes": nodes}
        documents.append(head | {"kind": "WorkloadPlane", "metadata": {"name": f"plane-{index}"}, "spec": {
            "provider": "cloud", "region": f"region-{index}", "location": location, "driver": {"local": {}}, "pools": [
                pool | {"name": "on-demand", "tier": "on-demand", "price": "1 USD/h"},
                pool | {"name": "spot", "tier": "spot", "price": "0.3 USD/h", "interruptions": "5%/h",
                        "replacementTime": "30m"}]}})
    for index in range(min(3, planes)):
        latitude, longitude, country = PLACES[index * 3]
        documents.append(head | {"kind": "Gateway", "metadata": {"name": f"gateway-{index}"}, "spec": {
            "location": {"country": country, "latitude": latitude, "longitude": longitude}}})
    documents.append(head | {"kind": "Workload", "metadata": {"name": "chat"}, "spec": {
        "models": ["chat"],
        "replica": {"profile": {"L4-24GB": {"accelerators": 1, "rate": f"{rate} req/s"}},
                    "engine": {"simulated": {"loadTime": "30s"}}},
        "objective": {"latencyBudget": "400ms"}, "scaling": {"minReplicas": 1, "maxReplicas": 200},
        "demand": [{"from": f"users-{index}", "country": country, "profile": profile,
                    "location": {"latitude": latitude, "longitude": longitude}, "peak": f"{peak / planes} req/s"}
                   for index, (latitude, longitude, country) in enumerate(PLACES[:planes])]}})
    return "\n---\n".join(json.dumps(document) for document in documents)


def play(tradewind, folder, documents, scenario):
    (folder / "fleet.yaml").write_text(documents)
    (folder / "scenario.yaml").write_text(json.dumps(scenario))
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    output = subprocess.run(
        [tradewind, "simulate", "-f", folder / "fleet.yaml", "--scenario", folder / "scenario.yaml", "-o", "json"],
        check=True, capture_output=True, text=True).stdout
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(output)["policies"][0], cpu, wall


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tradewind", default=".build/release/tradewind")
    parser.add_argument("--days", type=int, default=30)
    options = parser.parse_args()
    tokens = [{"prompt": {"mean": 500, "variation": 1}, "output": {"mean": 100, "variation": 0.7}}]
    cases = [
        ("1 plane, 8 replicas, by request", fleet(1, 10, 50, 300, "constant"),
         {"duration": "10m", "resolution": "events", "tokens": tokens}),
        ("10 planes, 100 replicas, by request", fleet(10, 20, 50, 4000, "constant"),
         {"duration": "2m", "resolution": "events", "tokens": tokens}),
        (f"10 planes, 100 replicas, {options.days} days as rates", fleet(10, 20, 5, 400, "office-hours"),
         {"duration": f"{options.days}d", "resolution": "fluid"}),
    ]
    print("| scenario | requests | events | CPU s | wall s | events a CPU second |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as root:
        for name, documents, scenario in cases:
            row, cpu, wall = play(os.path.abspath(options.tradewind), pathlib.Path(root), documents, scenario)
            print(f"| {name} | {row['requests']['arrived']:,.0f} | {row['events']:,} | {cpu:.1f} | {wall:.1f} "
                  f"| {row['events'] / cpu:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
