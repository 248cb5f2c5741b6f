#!/usr/bin/env bash
# nacre_check(target) in a project of its own: a sound firmware links, and one whose RAM code calls
# into flash does not.
#
# usage: check_in_cmake.sh NACRE-CHECK SOURCE-DIRECTORY
set -uo pipefail
check=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

cat >"$work/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.23)
project(probe LANGUAGES C)
include(${SOURCE}/cmake/nacre_check.cmake)
foreach(name sound broken)
    add_executable(${name} ${name}.c)
    target_link_options(${name} PRIVATE -nostdlib -T${CMAKE_SOURCE_DIR}/link.ld)
    nacre_check(${name} ROOT .fast DARK 0x70000000+0x8000000 SARIF ${name}.sarif)
endforeach()
END
cat >"$work/link.ld" <<'END'
ENTRY(main)
SECTIONS
{
    .text 0x70000000 : { *(.text .text.*) }
    .fast 0x24000000 : { *(.fast) }
}
END
cat >"$work/sound.c" <<'END'
__attribute__((section(".fast"), noinline)) int fast(int value) { return value + 1; }
int main(void) { return fast(1); }
END
cat >"$work/broken.c" <<'END'
__attribute__((noinline)) int slow(int value) { return value * 3; }
__attribute__((section(".fast"), noinline)) int fast(int value) { return slow(value) + 1; }
int main(void) { return fast(1); }
END

cmake -S "$work" -B "$work/build" -G Ninja -DSOURCE="$source" -DNACRE_CHECK="$check" \
    -DCMAKE_TOOLCHAIN_FILE="$source/cmake/arm-none-eabi.cmake" >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
if ! cmake --build "$work/build" --target sound >"$work/log" 2>&1; then
    echo "the sound firmware does not link:"
    cat "$work/log"
    faults=1
fi
if cmake --build "$work/build" --target broken >"$work/log" 2>&1; then
    echo "the broken firmware links"
    faults=1
elif ! grep -q "refuted \(call\|veneer\)-dark.*slow" "$work/log"; then
    echo "the broken firmware is not refuted for its call of slow:"
    cat "$work/log"
    faults=1
fi
for name in sound broken; do
    if ! grep -q '"version":.*"2.1.0"' "$work/build/$name.sarif"; then
        echo "$name.sarif was not written"
        faults=1
    fi
done
[ $faults -eq 0 ]
