#!/usr/bin/env bash
# make demo: build the application and the twin, and play a recorded session of a user on them.
#
# usage: tools/demo.sh [nacre-play options]     e.g. make demo DEMO="--seed 7 --busy drawn"
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup
tools/build.sh firmware brightness
tools/build.sh host nacre-play
mkdir -p build/demo
exec build/host/tools/nacre-play --elf build/firmware/examples/brightness/brightness.elf \
    --script examples/brightness/demo.script --report build/demo/report.json "$@"
