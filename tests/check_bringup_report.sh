#!/bin/sh
# tools/bringup.py on a report as it comes out of the twin, among other text; on the same with a
# line lost, a figure changed and the end missing. What it answers is written here.
# usage: check_bringup_report.sh NACRE_TWIN IMAGE
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

expect() { # STATUS FILE WHAT
    python3 tools/bringup.py "$2" > "$work/out" 2>&1
    status=$?
    if [ $status -ne "$1" ]; then
        echo "$3: exit status $status, expected $1"
        cat "$work/out"
        failed=1
    fi
}

"$1" "$2" --time-limit=1500 > "$work/whole" 2>&1
grep -q "^scratch.check NACRE_NO_REGION" "$work/whole" || { cat "$work/whole"; exit 1; }
expect 1 "$work/whole" "whole, nothing was written"
grep -q "^sfdp *holds" "$work/out" || { echo "no verdict"; failed=1; }
tr -d '\r' < "$work/whole" > "$work/unix"
expect 1 "$work/unix" "other line ends"
grep -v "^read.first.typ" "$work/whole" > "$work/lost"
expect 2 "$work/lost" "a line lost"
sed 's/^clock.core 600/clock.core 601/' "$work/whole" > "$work/changed"
expect 2 "$work/changed" "a figure changed"
grep -v "^end " "$work/whole" > "$work/endless"
expect 2 "$work/endless" "no end"
cat "$work/whole" "$work/endless" > "$work/two"
expect 2 "$work/two" "a second start without end"
exit $failed
