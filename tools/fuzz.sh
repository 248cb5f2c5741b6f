#!/usr/bin/env bash
# make fuzz: libFuzzer on each target, from the stored corpus on, two at a time.
#
# usage: tools/fuzz.sh [SECONDS] [TARGET...]
#            60 seconds and every target unless said otherwise; FUZZ_SECONDS=3600 make fuzz for the
#            hour
#        tools/fuzz.sh --merge TARGET [FOLDER...]
#            make a corpus, as small as will do, of the stored one, what the last run found and
#            what is in the folders; in build/fuzz/merged/TARGET
#
# The seed is fixed: FUZZ_SEED, or 1. New inputs go to build/fuzz/corpus/TARGET; what fails, to
# build/fuzz/finds/, with the line that replays it. Exit 1 if anything failed.
set -euo pipefail
cd "$(dirname "$0")/.."
bytes_max=600

build() {
    # Two checks of one test run may come here at once.
    mkdir -p build/fuzz/finds build/fuzz/log
    exec 9>build/fuzz.lock
    flock 9
    {
        cmake -S . -B build/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DNACRE_FUZZ=ON \
            -DNACRE_SANITIZE=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo &&
            cmake --build build/fuzz --target "${@/#/fuzz_}"
    } >build/fuzz/log/build.log 2>&1 || {
        cat build/fuzz/log/build.log >&2
        exit 2
    }
    exec 9>&-
}

# run_one SECONDS TARGET
run_one() {
    local seconds=$1 target=$2 log=build/fuzz/log/$2.log new=build/fuzz/corpus/$2 status=0
    rm -rf "$new"
    mkdir -p "$new"
    ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=8 \
        "build/fuzz/tests/fuzz_$target" "$new" "tests/corpus/$target" \
        -seed="${FUZZ_SEED:-1}" -max_total_time="$seconds" -max_len=$bytes_max -len_control=0 \
        -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/finds/$target-" >"$log" 2>&1 || status=$?
    local runs rate cov what
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
    cov=$(grep -o 'cov: [0-9]*' "$log" | tail -n 1 || true)
    if [ $status -eq 0 ]; then
        what="${runs:-?} inputs, ${rate:-?} a second, ${cov:-cov: ?}"
        echo "fuzz      $target: $what: nothing found"
        return 0
    fi
    echo "FAILED    $target: $(grep -m 1 -B 1 'ERROR:' "$log" | tr '\n' ' ' || true)"
    echo "    replay: build/fuzz/tests/fuzz_$target" \
        "$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)"
    return 1
}

merge() {
    local target=$1 old=tests/corpus/$1 new=build/fuzz/merged/$1
    shift
    build "$target"
    rm -rf "$new"
    mkdir -p "$new" "$old" "build/fuzz/corpus/$target"
    "build/fuzz/tests/fuzz_$target" -merge=1 -use_counters=0 -max_len=$bytes_max "$new" "$old" \
        "build/fuzz/corpus/$target" "$@" >build/fuzz/log/merge.log 2>&1
    echo "corpus    $target: $(find "$new" -type f | wc -l) files in $new"
}

# The targets that there are, one a line.
known() {
    local file name
    for file in tests/fuzz/fuzz_*.c; do
        name=${file##*/fuzz_}
        [ "$name" = bed.c ] || echo "${name%.c}"
    done
}

# check TARGET...: ends if one is not known
check() {
    local target
    for target in "$@"; do
        known | grep -qxF -e "$target" && continue
        echo "fuzz.sh: \"$target\" is not known; known:" $(known) >&2
        exit 2
    done
}

if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then
    sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"
    exit
fi
if [ "${1:-}" = --merge ]; then
    shift
    check "${1:-}"
    tools/setup
    merge "$@"
    exit
fi
seconds=${FUZZ_SECONDS:-60}
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
    seconds=$1
    shift
fi
targets=("$@")
[ ${#targets[@]} -ne 0 ] || mapfile -t targets < <(known)
check "${targets[@]}"
tools/setup
build "${targets[@]}"
export -f run_one
export bytes_max
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -euo pipefail -c "run_one $seconds {}"
