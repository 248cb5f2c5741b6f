#!/usr/bin/env bash
# tools/setup on machines that lack everything: what it says, what it runs, how it ends.
#
# usage: setup.sh SETUP
set -uo pipefail
setup=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

# A machine that has nothing but what a script needs to run.
machine() {
    rm -rf "$work/bin"
    mkdir "$work/bin"
    local tool
    for tool in bash cat env mktemp rm; do ln -s "$(command -v $tool)" "$work/bin/$tool"; done
}

# fake NAME: a command whose text comes from standard input
fake() {
    { echo "#!$(command -v bash)"; cat; } >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}

# expect STATUS TEXT...: setup ends with STATUS and says each TEXT
expect() {
    local status=$1 output got text
    shift
    output=$(PATH="$work/bin" "$work/bin/bash" "$setup" 2>&1)
    got=$?
    [ $got -eq "$status" ] || { echo "exit $got, not $status: $output"; faults=$((faults + 1)); }
    for text in "$@"; do
        [[ $output == *"$text"* ]] && continue
        echo "does not say \"$text\": $output"
        faults=$((faults + 1))
    done
}

machine
expect 1 "gcc-arm-none-eabi" "libunicorn-dev" "not a Debian system"

machine
fake id <<<'echo 1000'
fake apt-get <<<'exit 0'
expect 1 "Neither root nor sudo" "apt-get install gcc"

machine
fake id <<<'echo 1000'
fake apt-get <<<'exit 0'
fake sudo <<<'echo "$@" >>'"$work/sudo"'; exec "$@"'
expect 0 "installing: apt-get install gcc" "installed."
grep -q "apt-get -q -y --no-install-recommends install gcc" "$work/sudo" || {
    echo "sudo was not asked to install:"
    cat "$work/sudo"
    faults=$((faults + 1))
}

machine
fake id <<<'echo 0'
fake apt-get <<<'echo no such package; exit 100'
expect 1 "no such package" "apt-get failed; still missing: gcc"

[ $faults -eq 0 ] && echo "setup names what it lacks, and how it ends"
exit $((faults != 0))
