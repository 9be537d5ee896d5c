#!/bin/sh
# Installs the system packages this project needs and the ones named as arguments, on Debian and its kin. Does nothing
# where all are there already.
set -eu
packages="libsqlite3-dev coinor-libcbc-dev coinor-libclp-dev zlib1g-dev $*"
missing=""
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
command -v swift >/dev/null || { echo "Swift 6.3 or newer is needed: https://www.swift.org/install/linux/" >&2; exit 1; }
[ -z "$missing" ] && exit 0
command -v apt-get >/dev/null || { echo "install these with your package manager:$missing" >&2; exit 1; }
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
echo "installing$missing"
# A list that is there may be enough; where it is not, fetch it once.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null 2>&1 || {
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
}
