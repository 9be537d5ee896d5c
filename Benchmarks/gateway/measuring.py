"""Starting processes on a core, reading what they cost from /proc, and the three loads."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
PROXY_CORE, LOAD_CORE = 0, 1
CONNECTIONS, STREAMS, CHUNKS_PER_SECOND, IDLE_CONNECTIONS = 64, 64, 250, 1000
PATH = "/v1/chat/completions"
REQUEST_BYTES, ANSWER_BYTES = 1024, 624
CLIENT_KEY = "sk-benchmark-of-the-gateway-0123456789abcdef"


class Failure(Exception):
    """A measurement that counts for nothing, and why."""


def padded(size, make):
    """The JSON of make(text), with text as long as makes it `size` bytes."""
    return json.dumps(make("x" * (size - len(json.dumps(make(""))))))


def request_body(stream=False):
    return padded(REQUEST_BYTES, lambda text: {
        "model": "chat", "messages": [{"role": "user", "content": text}], **({"stream": True} if stream else {})})


def answer_body():
    return padded(ANSWER_BYTES, lambda text: {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "chat",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 200, "completion_tokens": 80, "total_tokens": 280}})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stat_fields(pid):
    """The fields of /proc/PID/stat from the third, the state."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def process_tree(pid):
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += process_tree(int(child))
    return found


def cpu_seconds(pid):
    return sum(int(field) for member in process_tree(pid) for field in stat_fields(member)[11:13]) / TICKS


def resident_megabytes(pid):
    """From smaps_rollup, which counts pages; statm lags behind by up to some hundred kilobytes."""
    texts = [pathlib.Path(f"/proc/{member}/smaps_rollup").read_text() for member in process_tree(pid)]
    return sum(int(re.search(r"^Rss:\s+(\d+) kB", text, re.MULTILINE).group(1)) for text in texts) * 1024 / 1e6


class Workbench:
    """A folder, the backend, and the processes started in it; all end with it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tradewind-bench-"))
        self.children = {}
        # What is started and asked now speaks TLS with this, certificate and key in one file.
        self.certificate = None
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8192)), hard))
        os.sched_setaffinity(0, {LOAD_CORE})

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return self

    def __exit__(self, *_):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for child in list(self.children):
            self.stop(child)
        shutil.rmtree(self.folder, ignore_errors=True)

    def compile(self):
        for name in ["backend", "streams"]:
            command = ["cc", "-O2", "-o", str(self.folder / name), str(HERE / f"{name}.c")]
            built = subprocess.run(command, capture_output=True, text=True)
            if built.returncode:
                raise SystemExit(f"{' '.join(command)} failed:\n{built.stderr}")

    def secure(self, wanted):
        """From here on TLS, or from here on none: a certificate of an elliptic curve, made once for the run."""
        path = self.folder / "tls.pem"
        if wanted and not path.exists():
            parts = [self.folder / "tls.crt", self.folder / "tls.key"]
            command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                       "2", "-subj", "/CN=127.0.0.1", "-out", str(parts[0]), "-keyout", str(parts[1])]
            made = subprocess.run(command, capture_output=True, text=True)
            if made.returncode:
                raise SystemExit(f"{' '.join(command)} failed:\n{made.stderr}")
            path.write_text("".join(part.read_text() for part in parts))
        self.certificate = path if wanted else None

    def start(self, core, *command, environment=None, beside=None, **pipes):
        """The command as a process of its own on one core, its output in errors.log. `beside` is stopped with it."""
        with (self.folder / "errors.log").open("ab") as log:
            child = subprocess.Popen(
                ["taskset", "-c", str(core), *map(str, command)], cwd=self.folder, env={**os.environ, **(environment or {})},
                **{"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **pipes})
        self.children[child] = beside
        return child

    def stop(self, child):
        """Ends the child and what it started, each by its id."""
        beside = self.children.pop(child)
        started = {}
        with contextlib.suppress(OSError):
            started = {member: stat_fields(member)[19] for member in process_tree(child.pid)}
        try:
            child.terminate()
            child.wait(5)
        except subprocess.TimeoutExpired:
            pass
        finally:
            child.kill()
            child.wait()
            for member, start in started.items():
                with contextlib.suppress(OSError):
                    if stat_fields(member)[19] == start:
                        os.kill(member, signal.SIGKILL)
        if beside:
            beside.stop()

    def said(self):
        text = (self.folder / "errors.log").read_text(errors="replace")
        return text[-2000:].strip() or "(nothing was printed)"

    def backend(self):
        (self.folder / "answer.json").write_text(answer_body())
        child = self.start(
            LOAD_CORE, self.folder / "backend", self.folder / "answer.json", CHUNKS_PER_SECOND, stdout=subprocess.PIPE)
        return child, int(child.stdout.readline())

    def wait_for_answer(self, child, port, seconds):
        """Returns once the proxy passes a request on."""
        deadline = time.monotonic() + seconds
        answer = "no connection"
        while time.monotonic() < deadline and child.poll() is None:
            connection = self.connection(port)
            try:
                if (answer := self.ask(connection)) == 200:
                    return
            except (OSError, http.client.HTTPException) as error:
                answer = error
            finally:
                connection.close()
            time.sleep(0.1)
        state = f"ended with {child.returncode}" if child.poll() is not None else f"did not answer within {seconds} s"
        raise Failure(f"it {state} (last: {answer}). It said:\n{self.said()}")

    def connection(self, port):
        if not self.certificate:
            return http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        context = ssl.create_default_context(cafile=self.folder / "tls.crt")
        context.check_hostname = False
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)

    def ask(self, connection):
        fields = {"content-type": "application/json", "authorization": f"Bearer {CLIENT_KEY}"}
        connection.request("POST", PATH, request_body(), fields)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def post(self, port, seconds):
        """A closed loop. Returns requests answered and their p99 in ms."""
        script = self.folder / "post.lua"
        script.write_text(
            'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\n'
            f'wrk.headers["authorization"] = "Bearer {CLIENT_KEY}"\nwrk.body = [[{request_body()}]]\n')
        run = subprocess.run(
            ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s", "--latency",
             "-s", str(script), f"{'https' if self.certificate else 'http'}://127.0.0.1:{port}{PATH}"], capture_output=True, text=True, timeout=seconds + 60)
        requests = re.search(r"(\d+) requests in", run.stdout)
        p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", run.stdout)
        if not requests or not p99 or "Non-2xx" in run.stdout or "Socket errors" in run.stdout:
            raise Failure(f"not every request was answered with 200. wrk says:\n{run.stdout}{run.stderr}")
        return int(requests.group(1)), float(p99.group(1)) * {"us": 1e-3, "ms": 1, "s": 1e3}[p99.group(2)]

    def measure_post(self, pid, port, seconds):
        before = cpu_seconds(pid)
        requests, p99 = self.post(port, seconds)
        return {"cost": (cpu_seconds(pid) - before) / requests * 1e6, "p99": p99, "rate": requests / seconds,
                "resident": resident_megabytes(pid)}

    # What a handshake costs is spread over the requests of its connection: next to nothing here.
    measure_tls = measure_post

    def measure_streams(self, pid, port, seconds, backend_pid):
        body = request_body(stream=True)
        request = self.folder / "stream.http"
        request.write_text(
            f"POST {PATH} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {CLIENT_KEY}\r\naccept: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n{body}")
        load = self.start(LOAD_CORE, self.folder / "streams", port, STREAMS, 0.5, seconds, request,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            self.line(load, 40)
            before = [cpu_seconds(each) for each in (pid, load.pid, backend_pid)]
            result = json.loads(self.line(load, seconds + 20))
            used = [cpu_seconds(each) - was for each, was in zip((pid, load.pid, backend_pid), before)]
            chunks = result["chunks"]
            if not chunks:
                raise Failure("no chunk arrived in the time measured")
            cost, load_cost, backend_cost = (seconds_used / chunks * 1e6 for seconds_used in used)
            return {"cost": cost, "p50": result["p50Milliseconds"], "p99": result["p99Milliseconds"], "rate": chunks / seconds,
                    "resident": resident_megabytes(pid), "loadCost": load_cost, "backendCost": backend_cost,
                    "streams": result["streams"]}
        finally:
            self.stop(load)

    def line(self, load, seconds):
        """The next line of what the load prints."""
        if not select.select([load.stdout], [], [], seconds)[0]:
            raise Failure(f"the streams said nothing for {seconds} s")
        line = load.stdout.readline()
        if not line:
            raise Failure(load.stderr.read().decode(errors="replace").strip())
        return line

    def measure_idle(self, pid, port, seconds):
        """Connections that were used once and then kept: what they hold, and what a request costs beside them."""
        before = resident_megabytes(pid)
        held = [http.client.HTTPConnection("127.0.0.1", port, timeout=20) for _ in range(IDLE_CONNECTIONS)]
        try:
            for connection in held:
                try:
                    status = self.ask(connection)
                except (OSError, http.client.HTTPException) as error:
                    status = error
                if status != 200 or not connection.sock:
                    raise Failure(f"a connection that was to be kept got {status} or was closed")
            time.sleep(0.5)
            after = resident_megabytes(pid)
            idle_before = cpu_seconds(pid)
            time.sleep(1)
            resting = cpu_seconds(pid) - idle_before
            busy = self.measure_post(pid, port, seconds)
            closed = sum(not is_open(connection.sock) for connection in held)
            if closed:
                raise Failure(f"{closed} of {IDLE_CONNECTIONS} idle connections were closed during the measurement")
            return {"cost": busy["cost"], "p99": busy["p99"], "perConnection": (after - before) * 1e3 / IDLE_CONNECTIONS,
                    "resident": after, "resting": resting * 100}
        finally:
            for connection in held:
                connection.close()


def is_open(connection):
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
