#!/usr/bin/env bash
# nacre-check on every firmware of this project: each must be proved, with what is waived in the
# tree; a firmware without a blackout must be known by name here and be refused for having none.
#
# usage: check_images.sh NACRE-CHECK FIRMWARE-DIRECTORY SOURCE-DIRECTORY
set -uo pipefail
check=$1
firmware=$2
source=$3
port=$source/nacre/ports/stm32h7rs/stm32h7rs.nacre-check
proved=0
refuted=0
without=0
faults=0

# expect STATUS TEXT FIRMWARE ARGUMENT...
expect() {
    local status=$1 text=$2 image=$3 output
    shift 3
    output=$("$check" "$@" "$image" 2>&1)
    local got=$?
    if [ $got -ne "$status" ] || [[ $output != *"$text"* ]]; then
        echo "$image: exit $got, not $status, or it does not say \"$text\":"
        echo "$output"
        faults=$((faults + 1))
        return
    fi
    case "$status" in
    0) proved=$((proved + 1)) ;;
    1) refuted=$((refuted + 1)) ;;
    *) without=$((without + 1)) ;;
    esac
}

while read -r image; do
    case "$(basename "$image" .elf)" in
    medium_nor) expect 0 "proved" "$image" --config "$port" ;;
    # Settings in a memory on a bus, or in the processor's own flash: the code's flash stays lit.
    brightness_25lc256 | brightness_mr25h40 | brightness_m24c64 | brightness_fm25v10 | \
        brightness_w25q128jv | brightness_mb85rc256v | brightness_mcu_flash | mcu_flash | \
        mcu_flash_tick | mcu_flash_blackout | mcu_flash_alone | medium_*)
        expect 3 "has no section .nacre_ram" "$image"
        ;;
    # The lock that the library is compared with has no blackout of ours.
    bench_lock) expect 3 "has no section .nacre_ram" "$image" ;;
    # The guard runs before the flash can be read; the stage without it has nothing to prove.
    stage_without_guard) expect 3 "has no section .nacre_ram" "$image" ;;
    stage_*) expect 0 "proved" "$image" --root boot_guard --dark 0x70000000-0x7fffffff ;;
    # One of the live handlers reads the flash on purpose, to see it fenced: it must be found.
    port_live)
        expect 1 "refuted load-dark: read_flash" "$image" --config "$port" \
            --config "$source/tests/port_fw/live.nacre-check"
        ;;
    *) expect 0 "proved" "$image" --config "$port" ;;
    esac
done < <(find "$firmware/examples" "$firmware/tests" "$firmware/bench" -name '*.elf' | sort)

echo "$proved images proved, $refuted refuted as they must be, $without without a blackout," \
    "$faults otherwise"
[ $faults -eq 0 ] && [ $proved -ge 30 ] && [ $refuted -ge 1 ]
