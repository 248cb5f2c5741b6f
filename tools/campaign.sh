#!/usr/bin/env bash
# make campaign: the power-cut tests with many more trials. An hour or so on two cores.
#
# usage: tools/campaign.sh [FACTOR]     how many times the trials of `make test`; 20 if not given
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup
tools/build.sh firmware all
tools/build.sh host all
tools/build.sh sanitize all
export NACRE_CAMPAIGN="${1:-20}"
echo "campaign  $NACRE_CAMPAIGN times the trials of make test"
for preset in host sanitize; do
    ctest --test-dir "build/$preset" -R cuts -j 2 --timeout 14400 --output-on-failure
done
