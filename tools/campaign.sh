#!/usr/bin/env bash
# make campaign: the power-cut tests at length, on two cores; logs in build/campaign/.
#
# usage: tools/campaign.sh [FACTOR]
#
#   FACTOR 1 takes about 3 minutes, the 10 that is taken without it about half an hour:
#   the store   every first cut of every command and one second cut in 100, for FACTOR / 5 seeds
#               and at least one; then FACTOR x 10,000 boots of random cuts, of any depth, a scene
#   the image   FACTOR x 500 seeded instants, and FACTOR times the cuts in their recovery
set -euo pipefail
cd "$(dirname "$0")/.."
factor=${1:-10}
case $factor in
'' | *[!0-9]* | 0*)
    echo "usage: tools/campaign.sh [FACTOR], a number from 1" >&2
    exit 3
    ;;
esac
tools/setup
tools/build.sh firmware all
tools/build.sh host all
mkdir -p build/campaign
seeds=$((factor / 5 > 0 ? factor / 5 : 1))
passed=0
failed=0

# account NAME STATUS: what a run ended with
account() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED    $1"
    fi
    echo "$1:"
    grep -E '^\{|cuts$|cuts;|^replay|^ERROR' "build/campaign/$1.log" | cut -c 1-200 | tail -n 8
}

echo "campaign  factor $factor; the image and the store side by side"
NACRE_CAMPAIGN=$factor build/host/tests/test_firmware_cuts >build/campaign/firmware.log 2>&1 &
firmware=$!
status=0
build/host/tests/campaign_store --seeds "1-$seeds" --second 100 \
    >build/campaign/store_cuts.log 2>&1 || status=$?
account store_cuts $status
status=0
build/host/tests/campaign_store --soak $((factor * 10000)) \
    >build/campaign/store_soak.log 2>&1 || status=$?
account store_soak $status
status=0
wait $firmware || status=$?
account firmware $status
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
