#!/usr/bin/env bash
# Bad input to the tools that people run by hand: each kind has its exit status and names what is
# wrong, nothing is run. Nor is anything run where help is asked for.
#
# usage: usage.sh CAMPAIGN_STORE
set -uo pipefail
campaign=$1
faults=0

# expect STATUS TEXT COMMAND ARGUMENT...: the command ends with STATUS and says TEXT
expect() {
    local status=$1 text=$2 output
    shift 2
    output=$(timeout 20 "$@" 2>&1 </dev/null)
    local got=$?
    if [ $got -ne "$status" ] || [[ $output != *"$text"* ]]; then
        echo "$*: exit $got, not $status, or it does not say \"$text\":"
        echo "$output" | head -n 20
        faults=$((faults + 1))
    fi
}

expect 0 "usage: bringup.py" python3 tools/bringup.py --help
expect 2 "/nowhere: No such file" python3 tools/bringup.py /nowhere
expect 2 "/: Is a directory" python3 tools/bringup.py /
expect 2 "what is --soup" python3 tools/bringup.py --soup
expect 2 "what is two" python3 tools/bringup.py one two
expect 2 "no line" python3 tools/bringup.py

expect 0 "usage: tools/fuzz.sh" tools/fuzz.sh --help
expect 2 '"nosuch" is not known; known: calls' tools/fuzz.sh nosuch
expect 2 '"--soup" is not known' tools/fuzz.sh 5 --soup
expect 2 '"" is not known' tools/fuzz.sh --merge

expect 0 "usage: draw_blackout.py" python3 tools/draw_blackout.py --help
expect 2 "/nowhere: No such file" python3 tools/draw_blackout.py --trace /nowhere
expect 2 "that is no trace" python3 tools/draw_blackout.py --trace Makefile
expect 2 "is not there; make drawings builds it" python3 tools/draw_blackout.py --host /nowhere
expect 2 "--soup" python3 tools/draw_blackout.py --soup
expect 0 "usage: bench.py" python3 tools/bench.py --help
expect 0 "usage: tools/bench.sh" tools/bench.sh --help
expect 3 '"--soup" is not known' tools/bench.sh --soup

expect 0 "usage: campaign_store" "$campaign" --help
expect 2 "usage: campaign_store" "$campaign"
expect 2 '"--seeds " is not known' "$campaign" --seeds
expect 2 '"--seeds soup" is not known' "$campaign" --seeds soup
expect 2 '"--updates 3x" is not known' "$campaign" --updates 3x
expect 2 '"--scene nosuch" is not known' "$campaign" --scene nosuch
expect 2 '"--replay soup" is not known' "$campaign" --replay soup
expect 2 '"--replay-soak nosuch-1:1" is not known' "$campaign" --replay-soak nosuch-1:1
expect 2 '"--soup 1" is not known' "$campaign" --soup 1
[ $faults -eq 0 ] && echo "each bad input is refused and named"
exit $((faults != 0))
