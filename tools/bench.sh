#!/usr/bin/env bash
# make bench, make drawings: build what is measured, as it is shipped, and measure or draw it.
#
# usage: tools/bench.sh [--drawings]
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
'' | --drawings) ;;
--help | -h)
    sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"
    exit
    ;;
*)
    echo "bench.sh: \"$1\" is not known; --help tells" >&2
    exit 3
    ;;
esac
tools/setup
tools/build.sh firmware all
if [ "${1:-}" = --drawings ]; then
    tools/build.sh host bench_trace
    exec python3 tools/draw_blackout.py
fi
tools/build.sh host bench_store bench_twin bench_blackout bench_medium
exec python3 tools/bench.py
