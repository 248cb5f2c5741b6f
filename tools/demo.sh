#!/usr/bin/env bash
# make demo: build the application and the twin, and play a recorded session of a user on them.
#
# usage: tools/demo.sh [nacre-play options]     e.g. make demo DEMO="--seed 7 --busy drawn"
#
# MEDIUM and PART in the environment say where the application keeps its brightness: in the flash it
# runs from unless MEDIUM is given; in the first part of that medium unless PART is.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A parts=(
    [flash]=MX66UW1G45G
    [eeprom]="24LC256 AT24CM01 M24C64 M24M01 25LC256 M95M01"
    [fram]="MB85RC256V FM24V10 FM25V10 CY15B104Q MB85RS64V MB85RS1MT"
    [mram]=MR25H40
    [mcu_flash]=STM32H7S7
    [spi_nor]=W25Q128JV
)
media="flash eeprom fram mram mcu_flash spi_nor"

# refuse WHAT NAME KNOWN: name what there is, and run nothing
refuse() {
    echo "demo: $1=$2 is not known; known: $3" >&2
    exit 3
}

# The parts of $1 that are called $2, in any case of letters: one or none.
part_of() {
    local part
    for part in ${parts[$1]}; do
        if [ "${part^^}" = "${2^^}" ]; then
            echo "$part"
        fi
    done
}

medium=${MEDIUM:-}
part=${PART:-}
if [ -z "$medium" ] && [ -n "$part" ]; then
    for name in $media; do
        if [ -n "$(part_of "$name" "$part")" ]; then medium=$name; fi
    done
    [ -n "$medium" ] || refuse PART "$part" "${parts[*]}"
fi
medium=${medium:-flash}
[ -n "${parts[$medium]:-}" ] || refuse MEDIUM "$medium" "$media"
if [ -n "$part" ]; then
    known=$(part_of "$medium" "$part")
    [ -n "$known" ] || refuse PART "$part" "${parts[$medium]} (MEDIUM=$medium)"
    part=$known
else
    part=${parts[$medium]%% *}
fi

script=examples/brightness/demo_media.script
case $medium in
flash)
    image=brightness
    script=examples/brightness/demo.script
    kept=()
    ;;
mcu_flash)
    image=brightness_mcu_flash
    kept=(--mcu-flash)
    ;;
*)
    image=brightness_${part,,}
    kept=(--part "$part")
    ;;
esac

tools/setup
tools/build.sh firmware "$image"
tools/build.sh host nacre-play
mkdir -p build/demo
exec build/host/tools/nacre-play --elf "build/firmware/examples/brightness/$image.elf" \
    --script "$script" "${kept[@]}" --report build/demo/report.json "$@"
