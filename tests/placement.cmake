# Where the code of a blackout lies: on the twin, and as the linker sees it.
nacre_test(test_placement SOURCES test_placement.c LIBS twin IN host TIMEOUT 240)
find_program(ARM_GCC arm-none-eabi-gcc)
nacre_check(placement_links IN host COMMAND bash
    "${CMAKE_CURRENT_SOURCE_DIR}/check_placement_links.sh" "${ARM_GCC}" "${CMAKE_SOURCE_DIR}")
