#!/usr/bin/env bash
# make campaign: the power-cut tests at length, on two cores; logs in build/campaign/, the result in
# build/campaign.json.
#
# usage: tools/campaign.sh [FACTOR]
#
#   FACTOR 5, which is taken without it, is the full run and takes some hours; 1 takes less than an
#   hour:
#   the store   every first cut of every command, and FACTOR second cuts in 80, in each scene;
#               then FACTOR x 100,000 random operations on a chip that cuts, flips, fails and wears
#   the image   FACTOR x 500 seeded instants, and FACTOR times the cuts in their recovery
#               from factor 5 on in slices and in whole blackouts, too: every cut, 500 instants
#   the rest    of the chip: an update, a swap of slots and a log, cut (tests/test_rest.c)
#   the media   every first cut of every write on each medium, with its own tears, FACTOR second
#               cuts in 320, and the bus failing at FACTOR transfers in 200; their suite inside a
#               firmware image, and one with two stores, cut
#   the storms  every way, chip and place of the blackout's code, FACTOR seconds of the board's time
#               each, and one of them for 60 x FACTOR seconds (tests/test_storm.c)
#   the reset   the MCU alone is reset at every flash command of a write, with the boot guard and
#               without it; with ST's boot, too, if NACRE_BOOT_HEX names it (docs/reset.md). A chip
#               that takes its longest times is tried at a share of the points, from factor 5 on
#               at all
#   the check   nacre-check on its whole corpus of firmware, by factor 5, on FACTOR x 200 mutants of
#               ours and FACTOR x 400 spoilt files
#
# To spread the parts that know shards over machines, run the shards by hand and add them up:
#   parallel build/host/tests/campaign_store --shard {}/64 --json {}.json ::: $(seq 0 63)
#   parallel build/host/tests/campaign_storm --shard {}/64 --json s{}.json ::: $(seq 0 63)
#   parallel build/host/tests/campaign_medium --shard {}/64 --json m{}.json ::: $(seq 0 63)
#   tools/campaign_merge.py *.json
set -euo pipefail
cd "$(dirname "$0")/.."
factor=${1:-5}
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

# both NAME PROGRAM ARGUMENTS...: a campaign in two shards side by side; sets status
both() {
    local name=$1 program=$2 shard
    local pids=()
    shift 2
    for shard in 0 1; do
        "build/host/tests/$program" "$@" --shard $shard/2 --json "$logs/$name$shard.json" \
            >"$logs/$name$shard.log" 2> >(tee "$logs/$name$shard.progress" >&2) &
        pids+=($!)
    done
    status=0
    for shard in "${pids[@]}"; do wait "$shard" || status=$?; done
}

echo "campaign  factor $factor: the store's cuts, its soak, the image, media, storms, resets"
both cuts campaign_store --second $second
account cuts $status
both soak campaign_store --operations $((factor * 100000))
account soak $status
status=0
NACRE_CAMPAIGN=$factor build/host/tests/test_firmware_cuts >$logs/firmware.log 2>&1 || status=$?
account firmware $status
grep -E 'cuts$|cuts;' $logs/firmware.log | cut -c 1-200 | tail -n 8 || true
pids=()
ways=
[ "$factor" -lt 5 ] || ways='sliced whole'
for run in $ways; do
    NACRE_CAMPAIGN=1 build/host/tests/test_firmware_cuts $run >$logs/firmware_$run.log 2>&1 &
    pids+=($!)
done
for run in $ways; do
    status=0
    wait "${pids[0]}" || status=$?
    pids=("${pids[@]:1}")
    account firmware_$run $status
done
status=0
NACRE_CAMPAIGN=1 build/host/tests/test_rest >$logs/rest.log 2>&1 || status=$?
account rest $status
status=0
NACRE_CAMPAIGN=1 build/host/tests/test_medium_image >$logs/image_suite.log 2>&1 || status=$?
account image_suite $status
status=0
NACRE_CAMPAIGN=1 build/host/tests/test_two_media >$logs/two_media.log 2>&1 || status=$?
account two_media $status
faults=$((factor >= 200 ? 1 : 200 / factor))
both media campaign_medium --second $((second * 4)) --faults $faults
account media $status
both storms campaign_storm --seconds $factor
account storms $status
status=0
build/host/tests/campaign_storm --way read-while-write --chip MX66UW1G45G --placement itcm \
    --seconds $((60 * factor)) --seed 2 --json $logs/storm_long.json \
    >$logs/storm_long.log 2> >(tee $logs/storm_long.progress >&2) || status=$?
account storm_long $status
for run in with_guard with_guard_strobe without_guard st st_with_guard with_guard_longest \
    without_guard_longest st_longest st_with_guard_longest \
    with_guard_whole without_guard_whole with_guard_sliced without_guard_sliced; do
    status=0
    all=1
    case $run in
    *_longest) [ "$factor" -ge 5 ] || all= ;;
    *_sliced) all=5 ;; # one point in so many
    esac
    (cd $logs && NACRE_CAMPAIGN=$all ../host/tests/test_reset_points $run) \
        >$logs/reset_$run.log 2>&1 || status=$?
    account reset_$run $status
    grep -hE 'runs after|, chip |^skipped' $logs/reset_$run.log | cut -c 1-200 || true
done
brightness=build/firmware/examples/brightness/brightness
rules=nacre/ports/stm32h7rs/stm32h7rs.nacre-check
status=0
tests/check_corpus/run.py --check build/host/tools/nacre-check \
    --oracle build/host/tests/check_oracle --build build/check_corpus --json build/check.json \
    --share 1/$((factor >= 5 ? 1 : 6 - factor)) >$logs/check_corpus.log || status=$?
account check_corpus $status
status=0
tests/check_mutate.py build/host/tools/nacre-check $brightness.elf ${brightness}_axi_sram.elf \
    ${brightness}_psram.elf --config $rules --count $((factor * 200)) \
    --json build/check_mutants.json >$logs/check_mutants.log || status=$?
account check_mutants $status
status=0
tests/check_malformed.py build/host/tools/nacre-check $brightness.elf --config $rules \
    --count $((factor * 400)) >$logs/check_malformed.log || status=$?
account check_malformed $status
tools/campaign_merge.py -o build/campaign.json $logs/*.json || failed=$((failed > 0 ? failed : 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
