#!/usr/bin/env bash
# make campaign: the power-cut tests at length, on two cores; logs in build/campaign/, the result in
# build/campaign.json.
#
# usage: tools/campaign.sh [FACTOR]
#
#   FACTOR 10, which is taken without it, is the full run and takes about an hour; 1 takes some
#   minutes:
#   the store   every first cut of every command, and FACTOR second cuts in 80, in each scene;
#               then FACTOR x 100,000 random operations on a chip that cuts, flips, fails and wears
#   the image   FACTOR x 500 seeded instants, and FACTOR times the cuts in their recovery
#   the reset   the MCU alone is reset at every flash command of a write, with the boot guard and
#               without it; with ST's boot, too, if NACRE_BOOT_HEX names it (docs/reset.md). A chip
#               that takes its longest times is tried at a share of the points, by factor 10 at all
#
# To spread the store's part over machines, run the shards by hand and add them up:
#   parallel build/host/tests/campaign_store --shard {}/64 --json {}.json ::: $(seq 0 63)
#   tools/campaign_merge.py *.json
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
logs=build/campaign
mkdir -p $logs
rm -f $logs/*.json $logs/*.log
second=$((factor >= 80 ? 1 : 80 / factor))
passed=0
failed=0

# account NAME STATUS: what a run ended with
account() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED    $1"
        grep -hE '^FAIL|^  replay|^ERROR' "$logs/$1"*.log | cut -c 1-200 | head -n 20 || true
    fi
}

# both NAME ARGUMENTS...: the store's campaign in two shards side by side; sets status
both() {
    local name=$1 shard
    local pids=()
    shift
    for shard in 0 1; do
        build/host/tests/campaign_store "$@" --shard $shard/2 --json "$logs/$name$shard.json" \
            >"$logs/$name$shard.log" 2> >(tee "$logs/$name$shard.progress" >&2) &
        pids+=($!)
    done
    status=0
    for shard in "${pids[@]}"; do wait "$shard" || status=$?; done
}

echo "campaign  factor $factor: the store's cuts, its soak, the image, resets"
both cuts --second $second
account cuts $status
both soak --operations $((factor * 100000))
account soak $status
status=0
NACRE_CAMPAIGN=$factor build/host/tests/test_firmware_cuts >$logs/firmware.log 2>&1 || status=$?
account firmware $status
grep -E 'cuts$|cuts;' $logs/firmware.log | cut -c 1-200 | tail -n 8 || true
for run in with_guard with_guard_strobe without_guard st st_with_guard with_guard_longest \
    without_guard_longest st_longest st_with_guard_longest; do
    status=0
    all=1
    case $run in *_longest) [ "$factor" -ge 10 ] || all= ;; esac
    (cd $logs && NACRE_CAMPAIGN=$all ../host/tests/test_reset_points $run) \
        >$logs/reset_$run.log 2>&1 || status=$?
    account reset_$run $status
    grep -hE 'runs after|, chip |^skipped' $logs/reset_$run.log | cut -c 1-200 || true
done
tools/campaign_merge.py -o build/campaign.json $logs/*.json || failed=$((failed > 0 ? failed : 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
