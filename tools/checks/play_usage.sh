#!/usr/bin/env bash
# Bad input to nacre-play: each kind has its exit status and names what is wrong, nothing is run.
#
# usage: play_usage.sh NACRE-PLAY
set -uo pipefail
play=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

# expect STATUS TEXT ARGUMENT...: the command ends with STATUS and says TEXT
expect() {
    local status=$1 text=$2 output
    shift 2
    output=$("$play" "$@" 2>&1)
    local got=$?
    if [ $got -ne "$status" ] || [[ $output != *"$text"* ]]; then
        echo "nacre-play $*: exit $got, not $status, or it does not say \"$text\":"
        echo "$output"
        faults=$((faults + 1))
    fi
}

printf 'boot\n' >"$work/good"
printf 'boot\nboil 3\n' >"$work/unknown"
printf 'boot\ncut program 7\n' >"$work/value"
: >"$work/empty"
printf 'not an image\n' >"$work/text.elf"

expect 3 "--script is missing"
expect 3 "--elf is missing" --script "$work/good"
expect 3 "unrecognized option" --soup
expect 3 "no such argument" --script "$work/good" --elf x stray
expect 3 "\"soup\" is not known" --tear soup
expect 3 "\"soup\" is not known" --busy soup
expect 3 "\"0.9\" is not known" --leftover 0.9
expect 3 "is not a number" --seed -1
expect 3 "is not a number" --last-line x
expect 3 "unknown:2: \"boil\" is not known; known: boot" --elf x --script "$work/unknown"
expect 3 "value:2: \"7\" is not a fraction" --elf x --script "$work/value"
expect 3 "no command in it" --elf x --script "$work/empty"
expect 3 "No such file" --elf x --script "$work/nowhere"
expect 2 "nowhere.elf" --elf "$work/nowhere.elf" --script "$work/good"
expect 2 "text.elf" --elf "$work/text.elf" --script "$work/good"
expect 2 "$play" --elf "$play" --script "$work/good"
expect 0 "Play a session" --help
[ $faults -eq 0 ] && echo "each bad input is refused and named"
exit $((faults != 0))
