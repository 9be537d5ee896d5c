#!/usr/bin/env python3
"""CPU per proxied request: Tradewind's gateway beside HAProxy and nginx, interleaved in one run.

A closed loop (wrk, 64 connections) posts 1 KB of JSON; the backend (nginx, a fixed answer of 624 bytes) and wrk share one
core, the proxy under test has the other to itself. A proxy's cost is its own CPU time (user and system, from /proc, all its
processes) divided by the requests wrk saw answered. Each round measures every proxy once; medians over the rounds are shown.

The gateway runs with everything on: route match, model field, fence, least-load choice, probes, feed, retries armed, metrics.
Its control plane is absent on purpose: it routes from the snapshot on its disk, and a small feed double stands for the plane.
"""

import argparse
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
TOKEN = "tw_" + "0" * 64
PROXY_CORE, LOAD_CORE = "0", "1"
CONNECTIONS = 64


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def process_tree(pid):
    found = [pid]
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += process_tree(int(child))
    return found


def cpu_seconds(pid):
    total = 0
    for member in process_tree(pid):
        fields = pathlib.Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_megabytes(pid):
    pages = sum(int(pathlib.Path(f"/proc/{member}/statm").read_text().split()[1]) for member in process_tree(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class FeedDouble:
    """What a plane tells gateways, for one replica that is the backend."""

    def __init__(self, backend_port):
        seed = hmac.new(TOKEN.encode(), b"tradewind feed seed", "sha256").hexdigest()
        key = hmac.new(seed.encode(), b"tradewind feed key\nbench", "sha256").hexdigest().encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                nonce = self.headers["x-tradewind-nonce"]
                self.send_response(200)
                self.send_header("content-type", "application/x-ndjson")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                sequence = 0
                while True:
                    payload = json.dumps(report(sequence, backend_port, self.server.server_port)).encode()
                    signed = f"line\n{nonce}\n{sequence}\n".encode() + payload
                    line = hmac.new(key, signed, "sha256").hexdigest().encode() + b" " + payload + b"\n"
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                    self.wfile.flush()
                    sequence += 1
                    time.sleep(0.5)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server.server_port


def report(sequence, backend_port, feed_port):
    return {
        "plane": "bench", "planeStart": 1, "sequence": sequence + int(time.monotonic() * 1000), "feedAddress": f"127.0.0.1:{feed_port}",
        "refusals": [],
        "replicas": [{
            "id": "bench/chat/1", "pool": "gpu", "accelerator": "H100-80GB", "address": f"127.0.0.1:{backend_port}", "state": "ready",
            "healthPath": "/health", "running": 1, "waiting": 0, "kvCacheUse": 0.1, "onwardRoundTripMilliseconds": 0,
            "stateAgeMilliseconds": 60000, "reason": "", "restarts": 0,
        }],
    }


def snapshot(feed_port):
    toronto = {"latitude": 43.65, "longitude": -79.38}
    return {
        "format": 1, "version": {"epoch": 1, "generation": 1}, "gateway": "bench",
        "gatewayLocation": {"coordinates": toronto, "country": "CA", "jurisdictions": ["CA"]},
        "workloads": [{
            "name": "chat", "models": ["chat"], "latencyBudgetMilliseconds": 100, "failoverLatencyBudgetMilliseconds": 200,
            "allowedPlanes": ["bench"], "excludedPlanes": [], "placedPlanes": ["bench"], "ratesPerReplica": {"H100-80GB": 1e6},
        }],
        "planes": [{
            "name": "bench", "provider": "onprem", "region": "yyz", "coordinates": toronto, "feedAddress": f"127.0.0.1:{feed_port}",
            "networks": ["127.0.0.0/8"], "isDrained": False,
        }],
        "routes": [{
            "name": "openai", "hosts": [], "paths": ["/v1/"], "target": {"workloadByModel": {}}, "balancing": "predictedTimeToFirstToken",
            "affinity": "none", "connectTimeoutMilliseconds": 2000, "firstByteTimeoutMilliseconds": 60000,
            "idleTimeoutMilliseconds": 30000, "maxAttempts": 4,
        }],
    }


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tradewind-bench-"))
        self.children = []
        self.body = json.dumps({"model": "chat", "messages": [{"role": "user", "content": "x" * 950}]})
        self.answer = json.dumps({"id": "chatcmpl-1", "object": "chat.completion", "choices": [{"text": "y" * 560}]})

    def start(self, core, *command):
        child = subprocess.Popen(
            ["taskset", "-c", core, *map(str, command)], stdout=subprocess.DEVNULL, stderr=(self.folder / "stderr.log").open("ab"))
        self.children.append(child)
        return child

    def stop(self):
        for child in self.children:
            child.send_signal(signal.SIGTERM)
        for child in self.children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait_for(self, port, path="/health"):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"nothing answers on port {port}:\n" + (self.folder / "stderr.log").read_text())

    def nginx(self, name, core, location):
        port = free_port()
        (self.folder / name).mkdir()
        (self.folder / f"{name}.conf").write_text(f"""
daemon off; worker_processes 1; pid {self.folder}/{name}/pid; error_log {self.folder}/{name}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 100000000; client_body_temp_path {self.folder}/{name}; proxy_temp_path {self.folder}/{name};
  fastcgi_temp_path {self.folder}/{name}; uwsgi_temp_path {self.folder}/{name}; scgi_temp_path {self.folder}/{name};
  {location[0]}
  server {{ listen 127.0.0.1:{port}; default_type application/json; location = /health {{ return 200 "ok"; }} {location[1]} }}
}}""")
        child = self.start(core, "nginx", "-c", self.folder / f"{name}.conf", "-p", self.folder)
        self.wait_for(port)
        return child, port

    def backend(self):
        return self.nginx("backend", LOAD_CORE, ("", f"location / {{ return 200 '{self.answer}'; }}"))[1]

    def nginx_proxy(self, backend):
        upstream = f"upstream backend {{ server 127.0.0.1:{backend}; keepalive 64; keepalive_requests 100000000; }}"
        location = 'location /v1/ { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header connection ""; }'
        return self.nginx("proxy", PROXY_CORE, (upstream, location))

    def haproxy(self, backend):
        port = free_port()
        (self.folder / "haproxy.cfg").write_text(f"""
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend front
  bind 127.0.0.1:{port}
  default_backend back
backend back
  server one 127.0.0.1:{backend} maxconn 1024
""")
        child = self.start(PROXY_CORE, "haproxy", "-f", self.folder / "haproxy.cfg")
        self.wait_for(port)
        return child, port

    def tradewind(self, backend):
        port, state = free_port(), self.folder / "state"
        feed = FeedDouble(backend)
        (state / "gateways/bench").mkdir(parents=True)
        (state / "tokens").mkdir()
        (state / "tokens/gateway-bench.token").write_text(TOKEN)
        (state / "server.json").write_text(json.dumps({"url": f"http://127.0.0.1:{free_port()}"}))
        (state / "gateways/bench/snapshot.json").write_text(json.dumps({"snapshot": snapshot(feed.port)}))
        child = self.start(
            PROXY_CORE, self.arguments.tradewind, "gateway", "bench", "--state", state, "--token-file",
            state / "tokens/gateway-bench.token", "--listen", f"127.0.0.1:{port}", "--threads", 1)
        self.wait_for(port, "/readyz")
        return child, port

    def load(self, port, seconds):
        script = self.folder / "post.lua"
        script.write_text(
            'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\n'
            'wrk.headers["authorization"] = "Bearer any"\n' f"wrk.body = [[{self.body}]]\n")
        out = subprocess.run(
            ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script),
             f"http://127.0.0.1:{port}/v1/chat/completions"], capture_output=True, text=True, check=True).stdout
        requests = int(re.search(r"(\d+) requests in", out).group(1))
        p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
        errors = re.search(r"Socket errors: (.*)", out)
        if bad or errors:
            raise SystemExit(f"the run is void: {out}")
        return requests, float(p99.group(1)) * {"us": 1e-3, "ms": 1, "s": 1e3}[p99.group(2)]

    def measure(self, child, port):
        self.load(port, 1)
        before = cpu_seconds(child.pid)
        requests, p99 = self.load(port, self.arguments.seconds)
        return (cpu_seconds(child.pid) - before) / requests * 1e6, p99, resident_megabytes(child.pid)

    def run(self):
        backend = self.backend()
        proxies = {"haproxy": self.haproxy(backend), "nginx": self.nginx_proxy(backend), "tradewind": self.tradewind(backend)}
        samples = {name: [] for name in proxies}
        for round_number in range(self.arguments.rounds):
            for name, (child, port) in proxies.items():
                samples[name].append(self.measure(child, port))
                print(f"round {round_number + 1}/{self.arguments.rounds}: {name} {samples[name][-1][0]:.1f} µs/request", file=sys.stderr)
        return {name: [statistics.median(column) for column in zip(*rows)] for name, rows in samples.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tradewind", default=str(ROOT / ".build/release/tradewind"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("-o", "--output", choices=["table", "json"], default="table")
    arguments = parser.parse_args()
    for tool in ["nginx", "haproxy", "wrk", "taskset", arguments.tradewind]:
        if not shutil.which(tool):
            raise SystemExit(f"{tool} is missing; run 'make bench', which installs and builds what the benchmark needs")
    bench = Bench(arguments)
    try:
        medians = bench.run()
    finally:
        bench.stop()
    if arguments.output == "json":
        print(json.dumps({name: dict(zip(["microsecondsPerRequest", "p99Milliseconds", "residentMegabytes"], row))
                          for name, row in medians.items()}, indent=2))
        return
    print(f"| proxy | CPU µs/request | × HAProxy | p99 ms | RSS MB |\n|---|---|---|---|---|")
    for name, (cost, p99, resident) in medians.items():
        print(f"| {name} | {cost:.1f} | {cost / medians['haproxy'][0]:.2f} | {p99:.1f} | {resident:.0f} |")


if __name__ == "__main__":
    main()
