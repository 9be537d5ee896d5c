"""A small open-loop HTTP load generator and fleet launcher for the tour and the outage scripts. Standard library only."""

import asyncio
import dataclasses
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
TRADEWIND = os.environ.get("TRADEWIND", str(ROOT / ".build/release/tradewind"))


@dataclasses.dataclass
class Outcome:
    """One request: when it was due (seconds since the run began), how long it took, and what came of it."""

    due: float
    seconds: float
    status: int  # 0: the connection broke
    streamed: bool
    model: str
    plane: str
    first_token: bool = True  # a stream that broke: whether a token had been seen

    @property
    def ok(self):
        return self.status == 200


def chat(model, streamed, tokens=8):
    return "/v1/chat/completions", {
        "model": model, "max_tokens": tokens, "stream": streamed, "messages": [{"role": "user", "content": "Where does the wind come from?"}]}


def embedding(model="embeddings"):
    return "/v1/embeddings", {"model": model, "input": "trade wind"}


async def request(port, path, body, timeout=30.0):
    """Returns (status, headers, body bytes, complete). Status 0 when the connection broke before a head."""
    status, headers, data, complete = 0, {}, b"", False
    writer = None
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            payload = json.dumps(body).encode()
            writer.write(
                f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n"
                f"content-length: {len(payload)}\r\n\r\n".encode() + payload)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            status = int(head[0].split()[1])
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
            data = await reader.read()
            complete = data.endswith(b"0\r\n\r\n") if "transfer-encoding" in headers else len(data) == int(headers.get("content-length", len(data)))
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        pass
    finally:
        if writer:
            writer.close()
    return status, headers, data, complete


async def measured(port, path, body, due, started):
    begun = time.monotonic()
    status, headers, data, complete = await request(port, path, body)
    streamed = bool(body.get("stream"))
    if status == 200 and not complete:
        status = 0
    return Outcome(
        due=due, seconds=time.monotonic() - begun, status=status, streamed=streamed, model=body["model"],
        plane=headers.get("x-tradewind-plane", ""), first_token=b"data:" in data)


async def steady(rate, seconds, choose, actions=()):
    """Sends `rate` requests a second, each when it is due whatever became of the others. `choose(n)` gives (port, path, body);
    `actions` are (at, function) pairs."""
    started = time.monotonic()
    pending = sorted(actions, key=lambda action: action[0])
    tasks = []
    for number in range(int(rate * seconds)):
        due = number / rate
        delay = started + due - time.monotonic()
        if delay > 0:
            await asyncio.sleep(delay)
        while pending and pending[0][0] <= due:
            pending.pop(0)[1]()
        tasks.append(asyncio.create_task(measured(*choose(number), due, started)))
    return await asyncio.gather(*tasks)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def ask(port, path, body, key="any"):
    """One blocking request: (status, headers, parsed body)."""
    call = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=json.dumps(body).encode(),
        headers={"content-type": "application/json", "authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(call, timeout=30) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, json.loads(error.read() or b"{}")


def free_port_base(count):
    """The first of `count` neighbouring free ports."""
    for base in range(18080, 60000, 50):
        probes = []
        try:
            for port in range(base, base + count):
                probe = socket.socket()
                probes.append(probe)
                probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()
    raise SystemExit("no free ports")


def wait_ready(port, seconds=60, child=None):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if child is not None and child.poll() is not None:
            raise SystemExit(f"the process ended with status {child.returncode} before it was ready")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"nothing became ready on port {port} within {seconds} s")


class Fleet:
    """`tradewind up` on a fleet folder, in a state folder of its own."""

    def __init__(self, files="examples/onprem-burst", gateways=3):
        self.state = tempfile.mkdtemp(prefix="tradewind-tour-")
        self.base = free_port_base(gateways + 1)
        self.ports = [self.base + 1 + number for number in range(gateways)]
        self.log = open(f"{self.state}/up.log", "wb")
        self.child = subprocess.Popen(
            [TRADEWIND, "up", "-f", str(ROOT / files), "--state", self.state, "--port-base", str(self.base)],
            stdout=self.log, stderr=subprocess.STDOUT, cwd=ROOT)
        try:
            for port in self.ports:
                wait_ready(port, child=self.child)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGINT)
        try:
            self.child.wait(30)
        except subprocess.TimeoutExpired:
            self.child.kill()
            raise SystemExit("`tradewind up` did not end within 30 s of SIGINT")

    def command(self, *arguments):
        return subprocess.run([TRADEWIND, *arguments, "--state", self.state], capture_output=True, text=True, check=True).stdout

    def replicas(self, plane=None):
        items = json.loads(self.command("get", "replicas", "-o", "json"))["items"]
        return [item for item in items if plane is None or item["spec"]["plane"] == plane]

    def kill_replicas(self, plane):
        """`kill -9` of every replica process of a plane at once; returns how many."""
        pids = [item["status"]["pid"] for item in self.replicas(plane) if item["status"].get("pid")]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return len(pids)
