#!/bin/sh
# Puts the solver HiGHS beside the built executables, where the program looks for it: libhighs.so.1 in each folder named (default:
# .build/release). It comes from PyPI's highsbox, installed into .venv. Where it can't be had this says so and succeeds: CBC, which
# is linked, serves then. Does nothing where all is in place.
set -eu
cd "$(dirname "$0")/.."
wanted="highsbox==1.15.1"
stamp=".venv/.highs-installed"
[ $# -gt 0 ] || set -- .build/release

without() {
    echo "HiGHS is not available ($1); plans are solved by CBC" >&2
    exit 0
}

[ "$(uname -s)" = Linux ] || without "its library is only fetched on Linux; elsewhere install it and set TRADEWIND_HIGHS"
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    [ -x .venv/bin/pip ] || {
        python3 -c 'import venv, ensurepip' 2>/dev/null || scripts/setup.sh python3 python3-venv || without "no Python"
        python3 -m venv .venv || without "no Python environment in .venv"
    }
    echo "installing $wanted into .venv"
    .venv/bin/pip install -q --disable-pip-version-check --retries 1 --timeout 20 "$wanted" || without "pip could not install $wanted"
    echo "$wanted" >"$stamp"
fi
from="$(.venv/bin/python3 -c 'import highsbox; print(highsbox.highs_lib_dir())')" || without "$wanted does not say where its library is"
[ -f "$from/libhighs.so" ] || without "$wanted has no libhighs.so"

# What the library needs and its package brings along, such as an OpenBLAS in some versions.
beside="$(ldd "$from/libhighs.so" | sed -n "s|^.* => \($from/[^ ]*\) .*|\1|p")"

# put FILE AS: copies unless it is there already, in one step, so that a running program never sees half a file.
put() {
    cmp -s "$1" "$2" && return 0
    cp "$1" "$2.new"
    mv "$2.new" "$2"
    echo "put $2"
}
for folder in "$@"; do
    [ -d "$folder" ] || { echo "$folder is not there yet: build first, then run this again" >&2; continue; }
    put "$from/libhighs.so" "$folder/libhighs.so.1"
    for library in $beside; do put "$library" "$folder/$(basename "$library")"; done
done
