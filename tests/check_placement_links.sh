#!/usr/bin/env bash
# The linker refuses an image whose blackout would need the flash, wherever its code is placed.
#
# usage: check_placement_links.sh GCC SOURCE_DIR
#
# An image in two parts (cmake/link_rule.c) is linked with the script of each placement: without a
# fault it must link, and with each fault it must be refused for the reason that is written here.
# Then the scripts themselves are broken.
set -euo pipefail

gcc=$1
source=$2
scripts=$source/examples/brightness
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/nacre/blackout"
flags=(-mcpu=cortex-m7 -mthumb -mfpu=fpv5-d16 -mfloat-abi=hard -ffunction-sections -Os -fno-builtin)
bad=0
links=0

# link SCRIPT FAULT: the linker's words
link() {
    "$gcc" "${flags[@]}" -nostdlib -L"$source/nacre/ports/stm32h7rs" -L"$scripts" -T"$1" \
        "$work/nacre/blackout/fault$2.o" "$work/flash$2.o" -o "$work/image.elf" 2>&1
}

# expect WHAT SCRIPT FAULT REASON: refused with REASON; an empty REASON: linked
expect() {
    local text=
    local status=0
    text=$(link "$2" "$3") || status=$?
    links=$((links + 1))
    if [ -z "$4" ] && [ $status -eq 0 ]; then return; fi
    if [ -n "$4" ] && [ $status -ne 0 ] && [[ $text == *"$4"* ]]; then return; fi
    printf '%s: expected "%s", the linker ended with %d and said:\n%s\n' "$1" "$4" $status "$text"
    bad=1
}

for fault in 0 1 2 3 4 5; do
    "$gcc" "${flags[@]}" -DRAM -DFAULT=$fault -c "$source/cmake/link_rule.c" \
        -o "$work/nacre/blackout/fault$fault.o"
    "$gcc" "${flags[@]}" -DFLASH -DFAULT=$fault -c "$source/cmake/link_rule.c" \
        -o "$work/flash$fault.o"
done

for place in brightness brightness_axi_sram brightness_psram brightness_internal_flash; do
    expect "$place, no fault" "$scripts/$place.ld" 0 ""
    for fault in 1 2 3 4; do
        expect "$place, fault $fault" "$scripts/$place.ld" $fault "prohibited cross reference"
    done
    expect "$place, a function left in flash" "$scripts/$place.ld" 5 \
        "nacre_ctrl_send is not in NACRE_RAM"
done

# broken NAME SED SCRIPT REASON: the script with one line changed
broken() {
    sed "$2" "$scripts/$3.ld" >"$work/broken.ld"
    if cmp -s "$work/broken.ld" "$scripts/$3.ld"; then
        echo "$1: the change to $3.ld changes nothing"
        bad=1
    fi
    expect "$1" "$work/broken.ld" 0 "$4"
}

broken "placed in the flash itself" 's/"NACRE_RAM", ITCM/"NACRE_RAM", FLASH/' brightness \
    "NACRE_RAM lies in the flash"
broken "not copied, not kept" '/nacre_ram_image.ld/d' brightness_internal_flash \
    "needs nacre_ram_image.ld"
broken "no code placed" '/INCLUDE nacre_ram.ld/d' brightness "nacre_ram"
broken "no rule" '/INCLUDE nacre_rule.ld/d' brightness "nacre_ram_image"
echo "$links links tried"
exit $bad
