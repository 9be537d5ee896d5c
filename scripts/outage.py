#!/usr/bin/env python3
"""The control plane goes dark: separate processes, `kill -9` of `serve`, and what still works. Ends non-zero when a promise breaks.

Steps: serve, planes and gateways are started as separate commands; a steady load runs throughout; `serve` is killed; a replica is
killed meanwhile (its plane must restart it and gateways must find it); a gateway is stopped and started again from its snapshot;
`serve` returns and the fleet is reconciled: a workload applied before the outage is still there, one applied after it is placed.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import fleetload
from fleetload import ROOT, TRADEWIND, ask, chat, wait_ready

EXAMPLE = str(ROOT / "examples/onprem-burst")
PLANES = ["toronto", "aws-frankfurt", "gcp-singapore", "lambda-california"]
broken = []


def promise(kept, text):
    print(("  kept    " if kept else "  BROKEN  ") + text, flush=True)
    if not kept:
        broken.append(text)


class Processes:
    def __init__(self):
        self.state = tempfile.mkdtemp(prefix="tradewind-outage-")
        self.base = fleetload.free_port_base(4)
        self.ports = {"toronto": self.base + 1, "frankfurt": self.base + 2, "singapore": self.base + 3}
        self.children = {}

    def start(self, name, *arguments):
        log = open(f"{self.state}/{name.replace(' ', '-')}.log", "ab")
        self.children[name] = subprocess.Popen([TRADEWIND, *arguments, "--state", self.state], stdout=log, stderr=log)

    def serve(self):
        self.start("serve", "serve", "--port", str(self.base))
        wait_ready(self.base, child=self.children["serve"])

    def gateway(self, name):
        self.start(f"gateway {name}", "gateway", name, "--listen", f"127.0.0.1:{self.ports[name]}")

    def kill(self, name, how=signal.SIGKILL):
        child = self.children.pop(name)
        child.send_signal(how)
        child.wait(30)

    def command(self, *arguments):
        return subprocess.run([TRADEWIND, *arguments, "--state", self.state], capture_output=True, text=True, check=True).stdout

    def stop(self):
        for name in sorted(self.children, key=lambda name: not name.startswith("gateway")):
            self.kill(name, signal.SIGTERM)


def replicas(fleet):
    return json.loads(fleet.command("get", "replicas", "-o", "json"))["items"]


def serve_killed(fleet):
    victim = next(r for r in replicas(fleet) if r["spec"]["plane"] == "toronto" and r["spec"]["workload"] == "chat")
    port = fleet.ports["toronto"]
    outcomes = asyncio.run(fleetload.steady(
        20, 16, lambda number: (port, *chat("chat", False)),
        [(3, lambda: fleet.kill("serve")), (6, lambda: os.kill(victim["status"]["pid"], signal.SIGKILL))]))
    failed = [o for o in outcomes if not o.ok]
    promise(not failed, f"{len(failed)} of {len(outcomes)} requests failed while serve was killed (at 3 s) and a replica (at 6 s)")
    last = [o.plane for o in outcomes if o.due > 14]
    promise(set(last) == {"toronto"}, f"at the end the requests were answered by {sorted(set(last))}")


def answered_by(fleet, wanted, seconds=20):
    """Which plane answers Frankfurt's gateway at last: feeds connect, and replicas become ready, one after the other."""
    deadline, plane = time.monotonic() + seconds, None
    while time.monotonic() < deadline and plane != wanted:
        status, headers, _ = ask(fleet.ports["frankfurt"], *chat("chat", False))
        plane = headers.get("x-tradewind-plane") if status == 200 else None
        time.sleep(0.2)
    return plane


def gateway_restarted(fleet):
    fleet.kill("gateway frankfurt")
    begun = time.monotonic()
    fleet.gateway("frankfurt")
    wait_ready(fleet.ports["frankfurt"], child=fleet.children["gateway frankfurt"])
    ready = time.monotonic() - begun
    plane = answered_by(fleet, "aws-frankfurt")
    promise(plane == "aws-frankfurt", f"a gateway restarted without a control plane was ready after {ready:.1f} s and answered from {plane}")


def plane_restarted(fleet):
    fleet.kill("plane aws-frankfurt")
    fleet.start("plane aws-frankfurt", "plane", "aws-frankfurt")
    plane = answered_by(fleet, "aws-frankfurt")
    promise(plane == "aws-frankfurt", f"a plane restarted without a control plane serves again ({plane})")


def reconciled(fleet):
    fleet.serve()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        ready = [r for r in replicas(fleet) if r["status"]["state"] == "ready"]
        if {r["spec"]["plane"] for r in ready} >= {"toronto", "aws-frankfurt", "gcp-singapore"}:
            break
        time.sleep(0.2)
    promise({r["spec"]["plane"] for r in ready} >= {"toronto", "aws-frankfurt", "gcp-singapore"}, f"after serve's return {len(ready)} replicas are reported ready")
    extra = fleet.command("get", "workload", "embeddings", "-o", "yaml").replace("name: embeddings", "name: late").replace("- embeddings", "- late")
    extra = extra.replace("models: [embeddings]", "models: [late]")
    subprocess.run([TRADEWIND, "apply", "-f", "-", "--state", fleet.state], input=extra, text=True, check=True, capture_output=True)
    deadline, status = time.monotonic() + 30, 0
    while time.monotonic() < deadline and status != 200:
        status, _, _ = ask(fleet.ports["toronto"], *fleetload.embedding("late"))
        time.sleep(0.2)
    promise(status == 200, f"a workload applied after the return is placed and answers ({status})")
    verdict = fleet.command("audit", "verify").strip().splitlines()[-1]
    promise(True, f"audit: {verdict}")


def main():
    fleet = Processes()
    try:
        fleet.serve()
        fleet.command("apply", "-f", EXAMPLE)
        for plane in PLANES:
            fleet.start(f"plane {plane}", "plane", plane)
        for name in fleet.ports:
            fleet.gateway(name)
        for name, port in fleet.ports.items():
            wait_ready(port, child=fleet.children[f"gateway {name}"])
        print("separate processes are ready; serve is about to be killed")
        serve_killed(fleet)
        gateway_restarted(fleet)
        plane_restarted(fleet)
        reconciled(fleet)
    finally:
        fleet.stop()
    print("every promise was kept" if not broken else f"{len(broken)} promises were broken; logs are in {fleet.state}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
