#!/usr/bin/env python3
"""What a proxied request, a streamed chunk and an idle connection cost: Tradewind's gateway beside its peers, in one run.

    python3 Benchmarks/gateway/bench.py                          # about ten minutes with all peers
    python3 Benchmarks/gateway/bench.py --rounds 1 --seconds 1   # whether it works
    python3 Benchmarks/gateway/bench.py --only haproxy,tradewind

In a round each proxy is started, warmed up, measured and stopped for each load in turn, so that none runs beside another.
Shown are medians over the rounds, with the least and the most. A proxy's cost is its own CPU time (user and system, all its
processes, from /proc) divided by the requests or chunks that reached the client. The proxy has one core to itself; load and
backend share the other.

post     64 connections in a closed loop (wrk): 1 KB of JSON in, 624 bytes out
streams  64 event streams of 250 chunks a second each (streams.c); a proxy that cannot keep up delivers fewer
idle     1,000 connections, each used once and kept: memory for each, and the cost of a POST beside them
tls      the same as post over TLS 1.3 on kept connections: what sealing costs, not handshakes (HAProxy, nginx, Tradewind)

The backend (backend.c) is the same for all. The gateway runs with its policies on (gateway_state.py): a tenant's key, route
match, model field, fence, choice by predicted time and load, prefix affinity, outlier detection of every kind, circuit breakers,
queue, slow start, retries with a budget, total timeout, probes, feed, metrics. Not on: a tenant's limits, the adaptive
concurrency limit, hedging, fallback. Its control plane is absent on purpose: it routes from the snapshot on its disk, and a small
feed double stands for the plane. The peers proxy plainly. HAProxy holds small chunks back to send several at once; "HAProxy
no-delay" is the same with `option http-no-delay`. """

import argparse
import json
import os
import pathlib
import shutil
import statistics
import sys
import time

import measuring
import peers

WARM_SECONDS = 2
LOADS = {"post": "measure_post", "streams": "measure_streams", "idle": "measure_idle", "tls": "measure_tls"}
# At most this many times the cost of the named peer.
GOALS = [
    ("post", "HAProxy", 1.25), ("post", "Envoy", 0.3), ("streams", "HAProxy", 1.2), ("streams", "HAProxy no-delay", 1.2)]


def note(text):
    print(text, file=sys.stderr, flush=True)


def chosen(arguments):
    """The peers to run: all, or those asked for. A missing one ends the run, unless it is optional and was not asked for."""
    known = peers.peers(arguments.tradewind)
    asked = [name.strip().lower() for name in arguments.only.split(",") if name.strip()]
    unknown = set(asked) - {peer.name.lower() for peer in known}
    if unknown:
        raise SystemExit(f"--only: no peer is called {', '.join(sorted(unknown))}; there are "
                         + ", ".join(peer.name.lower() for peer in known))
    wanted = [peer for peer in known if not asked or peer.name.lower() in asked]
    missing = [f"{peer.name} is missing: {peer.install}" for peer in wanted
               if not peer.program and (asked or not peer.is_optional)]
    tools = {"wrk": "apt-get install wrk", "taskset": "apt-get install util-linux", "cc": "apt-get install gcc"}
    if "tls" in arguments.loads:
        tools["openssl"] = "apt-get install openssl"
    missing += [f"{tool} is missing: '{install}', or 'make bench'" for tool, install in tools.items() if not shutil.which(tool)]
    if (os.cpu_count() or 1) < 2:
        missing.append("two cores are needed: one for the proxy, one for the load")
    if missing:
        raise SystemExit("\n".join(missing) + "\nleave peers out with --only NAME,NAME")
    for peer in wanted:
        if not peer.program:
            note(f"{peer.name} is left out, it is not installed: {peer.install}")
    return [peer for peer in wanted if peer.program]


def measure(bench, peer, backend, load, seconds):
    """One sample of one load, of a process started for it and warmed up."""
    backend_process, backend_port = backend
    bench.secure(load == "tls")
    child, port = peer.start(peer, bench, backend_port)
    try:
        bench.wait_for_answer(child, port, peer.patience)
        bench.post(port, WARM_SECONDS)
        extra = [backend_process.pid] if load == "streams" else []
        return getattr(bench, LOADS[load])(child.pid, port, seconds, *extra)
    finally:
        bench.stop(child)


def run(arguments, contenders):
    """Samples by load and peer, and what failed (load, peer) with the reason."""
    samples = {load: {peer.name: [] for peer in contenders if load in peer.loads} for load in arguments.loads}
    failed = {}
    with measuring.Workbench() as bench:
        bench.compile()
        backend = bench.backend()
        for number in range(1, arguments.rounds + 1):
            for load in arguments.loads:
                for peer in contenders:
                    if load not in peer.loads or (load, peer.name) in failed:
                        continue
                    at = f"round {number}/{arguments.rounds}: {load}: {peer.name}"
                    try:
                        sample = measure(bench, peer, backend, load, arguments.seconds)
                    except (measuring.Failure, OSError) as error:
                        failed[load, peer.name] = f"in round {number}: {error}"
                        del samples[load][peer.name]
                        note(f"{at} is out: {error}")
                        continue
                    samples[load][peer.name].append(sample)
                    note(f"{at}: {sample['cost']:.1f} µs" + beside(sample))
    return samples, failed


def beside(sample):
    """What else a sample of streams says: the load must cost less than what it measures."""
    if "streams" not in sample:
        return ""
    text = f" (load {sample['loadCost']:.1f}, backend {sample['backendCost']:.1f})"
    if sample["streams"] < measuring.STREAMS:
        text += f"; only {sample['streams']} of {measuring.STREAMS} streams had a chunk when the count began"
    return text


def ratio(samples, name, base):
    """The median over the rounds of this proxy's cost divided by the base's in the same round, or None."""
    if not samples.get(base) or not samples.get(name):
        return None
    return statistics.median(own["cost"] / other["cost"] for own, other in zip(samples[name], samples[base]))


def cell(value):
    return "–" if value is None else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cost_cell(rounds):
    costs = [sample["cost"] for sample in rounds]
    digits = 0 if min(costs) >= 1000 else 1
    return f"{statistics.median(costs):,.{digits}f} ({min(costs):,.{digits}f}–{max(costs):,.{digits}f})"


def table(load, samples, labels):
    """One load's lines of Markdown."""
    bases = [base for base in ["HAProxy", "HAProxy no-delay", "Envoy"] if samples.get(base)]
    ratios = [f"× {base}" for base in bases]
    post_fields = [("p99", ".1f"), ("rate", ",.0f"), ("resident", ".0f")]
    titles, fields = {
        "post": (["POST", "CPU µs/request", *ratios, "p99 ms", "requests/s", "RSS MB"], post_fields),
        "tls": (["POST over TLS", "CPU µs/request", *ratios, "p99 ms", "requests/s", "RSS MB"], post_fields),
        "streams": (["event streams", "CPU µs/chunk", *ratios, "p50 ms", "p99 ms", "chunks/s", "RSS MB"],
                    [("p50", ",.1f"), ("p99", ",.1f"), ("rate", ",.0f"), ("resident", ".0f")]),
        "idle": (["1,000 idle connections", "CPU µs/request beside them", *ratios, "p99 ms", "KB each", "CPU % at rest"],
                 [("p99", ".1f"), ("perConnection", ".1f"), ("resting", ".1f")]),
    }[load]
    yield "| " + " | ".join(titles) + " |"
    yield "|---|" + "---:|" * (len(titles) - 1)
    for name, rounds in samples.items():
        values = [format(statistics.median(sample[field] for sample in rounds), form) for field, form in fields]
        cells = [labels[name], cost_cell(rounds), *(cell(ratio(samples, name, base)) for base in bases), *values]
        yield "| " + " | ".join(cells) + " |"
    yield ""


def markdown(samples, labels, arguments):
    """The tables of one run and how it was made."""
    lines = [line for load in arguments.loads if samples[load] for line in table(load, samples[load], labels)]
    lines.append(
        f"{time.strftime('%Y-%m-%d')}, {arguments.rounds} interleaved rounds of {arguments.seconds} s: medians (least–most), "
        f"ratios within a round. Load average {arguments.load_before:.1f} before the run, {os.getloadavg()[0]:.1f} after it.")
    return "\n".join(lines)


def goal_lines(samples):
    for load, base, goal in GOALS:
        if load in samples and (found := ratio(samples[load], "Tradewind", base)) is not None:
            verdict = "met" if found <= goal else "missed"
            yield f"{load}: {found:.2f} × {base} (goal at most {goal}: {verdict})"


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tradewind", default=str(measuring.ROOT / ".build/release/tradewind"), help="the executable measured")
    parser.add_argument("--only", default="", metavar="NAME,…", help="these peers; all that are installed otherwise")
    parser.add_argument("--loads", default=",".join(LOADS), metavar="LOAD,…", help="of post, streams, idle and tls")
    parser.add_argument("--rounds", type=int, default=3, help="1 to 20")
    parser.add_argument("--seconds", type=int, default=4, help="of every measurement, 1 to 60")
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE", help="also write the Markdown table there")
    parser.add_argument("-o", "--output", choices=["table", "json"], default="table")
    arguments = parser.parse_args()
    arguments.loads = [load for load in arguments.loads.split(",") if load]
    if not arguments.loads or set(arguments.loads) - set(LOADS):
        parser.error(f"--loads takes {', '.join(LOADS)}")
    if not 1 <= arguments.rounds <= 20 or not 1 <= arguments.seconds <= 60:
        parser.error("--rounds is 1 to 20, --seconds 1 to 60")
    return arguments


def main():
    arguments = parse()
    contenders = chosen(arguments)
    arguments.load_before = os.getloadavg()[0]
    if arguments.load_before > 1.5:
        note(f"the load average is {arguments.load_before:.1f}: other work makes figures worse and less alike")
    labels = {peer.name: f"{peer.name} {peer.version()}".strip() for peer in contenders}
    samples, failed = run(arguments, contenders)
    text = markdown(samples, labels, arguments)
    if arguments.output == "json":
        failures = [{"load": load, "peer": name, "reason": reason} for (load, name), reason in failed.items()]
        print(json.dumps({"samples": samples, "failed": failures}, indent=2))
    else:
        print(text)
    if arguments.write:
        arguments.write.parent.mkdir(parents=True, exist_ok=True)
        arguments.write.write_text(text + "\n")
    for line in goal_lines(samples):
        note(line)
    for (load, name), reason in failed.items():
        note(f"{name} is not in the table of {load}: it failed {reason}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
