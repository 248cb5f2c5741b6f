#!/usr/bin/env bash
# Bad input to nacre-check: each kind ends with status 3, says what is missing and what cures it.
#
# usage: check_usage.sh NACRE-CHECK FIRMWARE.elf PORT.nacre-check
set -uo pipefail
check=$1
firmware=$2
port=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

# expect STATUS TEXT ARGUMENT...: the command ends with STATUS and says TEXT
expect() {
    local status=$1 text=$2 output
    shift 2
    output=$("$check" "$@" 2>&1)
    local got=$?
    if [ $got -ne "$status" ] || [[ $output != *"$text"* ]]; then
        echo "nacre-check $*: exit $got, not $status, or it does not say \"$text\":"
        echo "$output"
        faults=$((faults + 1))
    fi
}

# expect_line TEXT LINE: the configuration's line is refused
expect_line() {
    printf '%s\n' "$2" >"$work/line"
    expect 3 "$1" --config "$port" --config "$work/line" "$firmware"
}

arm=arm-none-eabi
echo 'int main(void) { return 0; }' >"$work/main.c"
cc -c "$work/main.c" -o "$work/host.o"
flags=(-mcpu=cortex-m7 -mthumb -nostdlib -Wl,-emain -x c "$work/main.c")
$arm-gcc -mbig-endian "${flags[@]}" -o "$work/big.elf" 2>/dev/null
$arm-gcc -mcpu=cortex-m7 -mthumb -c "$work/main.c" -o "$work/object.o"
$arm-gcc "${flags[@]}" -o "$work/ram_less.elf" 2>/dev/null
$arm-strip "$firmware" -o "$work/stripped.elf"
head -c 3000 "$firmware" >"$work/cut.elf"
head -c 20 "$firmware" >"$work/short.elf"
echo 'no image' >"$work/text.elf"
cp "$firmware" "$work/beside.elf"
echo 'waive call-dark nobody because' >"$work/beside.nacre-check"

expect 3 "give the linked ELF file"
expect 3 "one firmware at a time" "$firmware" "$firmware"
expect 3 "unrecognized option" --soup "$firmware"
expect 3 "cannot be opened" "$work/nothing.elf"
expect 3 "is not an ELF file" "$work/text.elf"
expect 3 "truncated" "$work/cut.elf"
expect 3 "truncated" "$work/short.elf"
expect 3 "is stripped" "$work/stripped.elf"
expect 3 "is big-endian" "$work/big.elf"
expect 3 "is a 64-bit ELF file" "$work/host.o"
expect 3 "is not linked yet" "$work/object.o"
expect 3 "name it with --root" "$work/ram_less.elf"
expect 3 "--dark FIRST-LAST" --root main "$work/ram_less.elf"
expect 3 "a range is" --dark 0x70000000 "$firmware"
expect 3 "a range is" --dark 0x20-0x10 "$firmware"
expect 3 "a number of bytes" --stack soup "$firmware"
expect 3 "cannot be opened" --config "$work/nothing" "$firmware"
expect 3 "no rule of that name" --explain soup
expect 3 "the line is stale" "$work/beside.elf"
expect 1 "--root names what runs" --root soup "$firmware"
expect 1 "it is not in RAM" --root .text "$firmware"
expect 2 "jump-unknown" "$firmware"
expect 0 "undecided" --allow-undecided "$firmware"
expect 0 "cure:" --explain call-dark
expect 0 "not-copied" --rules

expect_line "line 1: soup is no word" "soup"
expect_line "needs its reason" "waive call-dark main"
expect_line "no rule soup" "waive soup main because"
expect_line "the line is stale" "waive call-dark nacre_blackout_run nothing is called"
expect_line "the line is stale" "calls nacre_blackout_run memset"
expect_line "the line is stale" "loop nobody 7"
expect_line "no exception soup" "live soup"
expect_line "calls SYMBOL TARGET" "calls main"
expect_line "a range is" "dark here"
expect_line "bank NUMBER" "bank one 0-1"
expect_line "stack BYTES" "stack much"

[ $faults -eq 0 ]
