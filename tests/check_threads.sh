#!/usr/bin/env bash
# The library with real threads, under ThreadSanitizer.
#
# usage: check_threads.sh CC DIR PROGRAM [MODE...]
#
# Compiles nacre/core and tests/PROGRAM.c into DIR with -fsanitize=thread and runs it; if that
# includes the false board, the NOR medium, too. Then runs it in each MODE, which leaves a lock out:
# a data race must be reported, or an assertion must stop it, or the test would not see one.
set -euo pipefail

cc=$1
dir=$2
program=$3
shift 3
mkdir -p "$dir"
sources=(nacre/core/*.c nacre/err.c "tests/$program.c" tests/support/threads.c)
if grep -q fake_port "tests/$program.c"; then
    sources+=(nacre/media/nor*.c nacre/blackout/*.c nacre/chips/*.c
        tests/support/fake_*.c tests/support/nor_bed.c)
else
    sources+=(nacre/media/ram.c tests/support/assert_failed.c)
fi
options=(-std=gnu11 -O1 -g -fsanitize=thread -DNACRE_ASSERTS=1 -I.)

rm -f "$dir"/*.o "$dir/$program"
printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I{} sh -c \
    'dir=$1; source=$2; shift 2; exec "$@" -c "$source" -o "$dir/$(echo "$source" | tr / _).o"' \
    sh "$dir" {} "$cc" "${options[@]}"
"$cc" -fsanitize=thread -pthread "$dir"/*.o -o "$dir/$program"

# What races spoils the store soon: stop at the first report.
export TSAN_OPTIONS="halt_on_error=1 exitcode=66"
timeout 120 "$dir/$program"
for mode in "$@"; do
    for _ in 1 2 3 4 5; do # what races mostly trips over a check of the code first
        status=0
        timeout 60 "$dir/$program" "$mode" >"$dir/$mode.log" 2>&1 || status=$?
        [ $status -ne 134 ] && break
    done
    if [ $status -eq 66 ] && grep -q "WARNING: ThreadSanitizer: data race" "$dir/$mode.log"; then
        echo "$mode: a data race is reported, as it must be"
    elif [ $status -eq 134 ]; then
        echo "$mode: an assertion stops it each time, as it may"
    else
        echo "$mode: status $status, and no data race was reported"
        tail -5 "$dir/$mode.log"
        exit 1
    fi
done
