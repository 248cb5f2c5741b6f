# The real firmware image on the twin, cut wherever it can hurt: one program, run in several ways.
set(firmware_cuts_sources test_firmware_cuts.c support/cut_session.c support/command_log.c
    support/named.c)
nacre_test(test_firmware_cuts SOURCES ${firmware_cuts_sources} LIBS demo IN host TIMEOUT 900)
foreach(run one_lane one_lane_in_pages axi_sram psram internal_flash sliced whole
    two_controllers)
    nacre_test(test_firmware_cuts_${run} SOURCES ${firmware_cuts_sources} LIBS demo IN host
               TIMEOUT 900 ARGS ${run})
endforeach()
# The same application linked for other chips.
nacre_test(test_chip_firmware SOURCES test_chip_firmware.c LIBS demo IN host TIMEOUT 300)
# The measuring firmware: does it report what the twin was given?
nacre_test(test_bringup SOURCES test_bringup.c support/bringup_bed.c LIBS twin IN host TIMEOUT 240)
nacre_check(bringup_report IN host COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/check_bringup_report.sh
    $<TARGET_FILE:nacre-twin> ${NACRE_FIRMWARE_DIR}/examples/bring-up/bring_up_unnamed.elf)
