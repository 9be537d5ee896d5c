#!/bin/sh
# Installs the peers that come as Python packages, pinned, into .venv; with "litellm" also LiteLLM, into .venv/litellm.
set -eu
cd "$(dirname "$0")/../.."
install() { # folder, requirements
    stamp="$1/.$(basename "$2" .txt)"
    cmp -s "$2" "$stamp" && return
    echo "installing $2 into $1" >&2
    python3 -c 'import venv, ensurepip' 2>/dev/null || scripts/setup.sh python3 python3-venv
    [ -x "$1/bin/pip" ] || python3 -m venv "$1"
    "$1/bin/pip" install -q --disable-pip-version-check -r "$2"
    cp "$2" "$stamp"
}
install .venv Benchmarks/gateway/requirements.txt
[ "${1:-}" != litellm ] || install .venv/litellm Benchmarks/gateway/requirements-litellm.txt
