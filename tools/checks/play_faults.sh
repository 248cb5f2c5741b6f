#!/usr/bin/env bash
# What nacre-play does when a session goes wrong: it says so, ends with 1, and prints the line that
# replays it; that line gives the same end. And a session that goes well is the same twice.
#
# usage: play_faults.sh NACRE-PLAY ELF
set -uo pipefail
play=$1
elf=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "$1"
    cat "$work/out"
    exit 1
}

# A script that goes wrong in its last line, and what is said then.
goes_wrong() {
    local text=$1
    "$play" --elf "$elf" --script "$work/script" --tear granule --seed 3 >"$work/out" 2>&1
    local status=$?
    [ $status -eq 1 ] || fail "exit $status, not 1, for: $text"
    grep -q "$text" "$work/out" || fail "does not say: $text"
    local replay
    replay=$(sed -n 's/^replay  *//p' "$work/out" | tail -n 1)
    [ -n "$replay" ] || fail "no replay line for: $text"
    bash -c "$replay" >"$work/again" 2>&1
    [ $? -eq 1 ] || fail "the replay does not end with 1: $replay"
    cmp -s "$work/out" "$work/again" || fail "the replay differs: $replay"
}

printf 'boot\ntype set 80\nexpect 13\n' >"$work/script"
goes_wrong "the brightness is 80, which the script does not expect"
printf 'boot\ncut erase 0.5\ntype set 80\nboot\n' >"$work/script"
goes_wrong "the cut that was asked for never came"
printf 'boot\nboot\n' >"$work/script"
goes_wrong "the board is on"
printf 'boot\noff\ntype set 3\n' >"$work/script"
goes_wrong "the board is off"
printf 'boot\ntype set 101\n' >"$work/script"
"$play" --elf "$elf" --script "$work/script" >"$work/out" 2>&1 || fail "a refused set is no fault"

printf 'boot\nslider 0 100 20\ncut program 0.5\ntype set 9\nboot\n' >"$work/script"
for n in 1 2; do
    "$play" --elf "$elf" --script "$work/script" --tear granule --report "$work/report$n" \
        >"$work/out" 2>&1 || fail "a good session ends with an error"
done
cmp -s "$work/report1" "$work/report2" || fail "two runs with one seed differ"
"$play" --elf "$elf" --script "$work/script" --tear granule --report /nowhere/report \
    >"$work/out" 2>&1
[ $? -eq 2 ] || fail "a report that cannot be written is not told"
echo "wrong values are told and replayed"
