#!/usr/bin/env bash
# make bench: build what is measured, as it is shipped, and measure it.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup
tools/build.sh firmware all
tools/build.sh host bench_store bench_twin bench_sliced
exec python3 tools/bench.py
