"""What Tradewind's gateway needs to serve without a control plane: a snapshot on its disk and a plane's feed."""

import hashlib
import hmac
import http.server
import json
import threading
import time

from measuring import CLIENT_KEY

TOKEN = "tw_" + "0" * 64


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
                try:
                    while True:
                        payload = json.dumps(report(sequence, backend_port, self.server.server_port)).encode()
                        signed = f"line\n{nonce}\n{sequence}\n".encode() + payload
                        line = hmac.new(key, signed, "sha256").hexdigest().encode() + b" " + payload + b"\n"
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                        self.wfile.flush()
                        sequence += 1
                        time.sleep(0.5)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server.server_port

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def report(sequence, backend_port, feed_port):
    return {
        "plane": "bench", "planeStart": 1, "sequence": sequence + int(time.monotonic() * 1000),
        "feedAddress": f"127.0.0.1:{feed_port}",
        "refusals": [],
        "replicas": [{
            "id": "bench/chat/1", "pool": "gpu", "accelerator": "H100-80GB", "address": f"127.0.0.1:{backend_port}",
            "state": "ready", "healthPath": "/health", "running": 1, "waiting": 0, "kvCacheUse": 0.1,
            "onwardRoundTripMilliseconds": 0, "stateAgeMilliseconds": 60000, "reason": "", "restarts": 0,
        }],
    }


def snapshot(feed_port):
    """One workload on one plane, for one tenant, with every policy declared that acts on a request which goes well."""
    toronto = {"latitude": 43.65, "longitude": -79.38}
    balancing = {
        "policy": "predictedTimeToFirstToken", "affinity": "prefix", "planes": [], "overprovisioningFactor": 1.4,
        "panicThreshold": 0.5}
    admission = {
        "queueTimeoutMilliseconds": 1000, "queuedRequests": 256, "queuedBytes": 64 << 20, "concurrencyLimit": "none"}
    outliers = {
        "consecutive5xx": 5, "consecutiveGatewayFailure": 3, "consecutiveLocalOriginFailure": 1, "intervalMilliseconds": 10_000,
        "baseEjectionMilliseconds": 1_000, "maxEjectionMilliseconds": 30_000, "maxEjectionShare": 1,
        "successRate": {"stdevFactor": 1.9, "minimumHosts": 5, "requestVolume": 100},
        "failurePercentage": {"threshold": 0.85, "minimumHosts": 5, "requestVolume": 50},
        "latency": {"factor": 3, "minimumHosts": 3, "requestVolume": 20}}
    shallow = {"intervalMilliseconds": 1_000, "timeoutMilliseconds": 900, "healthyThreshold": 2, "unhealthyThreshold": 3}
    resilience = {
        "outlierDetection": outliers, "healthChecks": {"shallow": shallow},
        "slowStart": {"windowMilliseconds": 5_000, "aggression": 1, "minWeight": 0.1},
        "circuitBreakers": {"maxConnections": 4096, "maxPendingRequests": 4096, "maxRequests": 4096, "maxRetries": 64},
        "fallback": []}
    retries = {
        "retryOn": ["connect-failure", "reset", "timeout", "5xx"], "baseBackOffMilliseconds": 25, "maxBackOffMilliseconds": 250,
        "budget": {"share": 0.2, "minRetryConcurrency": 3}}
    return {
        "format": 2, "version": {"epoch": 1, "generation": 1}, "gateway": "bench", "gatewayCount": 1,
        "gatewayLocation": {"coordinates": toronto, "country": "CA", "jurisdictions": ["CA"]},
        "workloads": [{
            "name": "chat", "models": ["chat"], "latencyBudgetMilliseconds": 100, "failoverLatencyBudgetMilliseconds": 200,
            "allowedPlanes": ["bench"], "excludedPlanes": [], "placedPlanes": ["bench"],
            "ratesPerReplica": {"H100-80GB": 1e6}, "balancing": balancing, "admission": admission, "resilience": resilience,
        }],
        "planes": [{
            "name": "bench", "provider": "onprem", "region": "yyz", "coordinates": toronto,
            "feedAddress": f"127.0.0.1:{feed_port}", "networks": ["127.0.0.0/8"], "isDrained": False,
        }],
        "routes": [{
            "name": "openai", "hosts": [], "paths": ["/v1/"], "target": {"workloadByModel": {}},
            "connectTimeoutMilliseconds": 2000, "firstByteTimeoutMilliseconds": 60000, "idleTimeoutMilliseconds": 30000,
            "maxAttempts": 4, "resilience": {"retries": retries, "fallback": [], "totalTimeoutMilliseconds": 600_000},
        }],
        "tenants": [{
            "name": "bench", "priority": "default", "models": ["chat"],
            "keys": [hashlib.sha256(CLIENT_KEY.encode()).hexdigest()], "limits": {}, "workloads": [],
        }],
    }


def write_state(folder, feed_port, unused_port):
    """The state folder of a gateway named bench whose control plane is absent. Returns the path of its token."""
    (folder / "gateways/bench").mkdir(parents=True)
    (folder / "tokens").mkdir()
    token = folder / "tokens/gateway-bench.token"
    token.write_text(TOKEN)
    (folder / "server.json").write_text(json.dumps({"url": f"http://127.0.0.1:{unused_port}"}))
    (folder / "gateways/bench/snapshot.json").write_text(json.dumps({"snapshot": snapshot(feed_port)}))
    return token
