#!/usr/bin/env bash
# Configure a preset and build targets of it; silent when it works, the whole output when not.
#
# usage: tools/build.sh PRESET TARGET...
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "build     $preset: $*"
if ! { cmake --preset "$preset" && cmake --build --preset "$preset" --target "$@"; } \
    >"$log" 2>&1; then
    cat "$log" >&2
    exit 2
fi
