# Resets of the MCU alone: the real firmware image, started by a boot stage, with the guard or not.
# The other runs of this program are in make campaign.
set(reset_points_sources test_reset_points.c support/command_log.c support/named.c)
nacre_test(test_reset_points SOURCES ${reset_points_sources} LIBS demo IN host TIMEOUT 300)
foreach(run without_guard st st_with_guard with_guard_sliced with_guard_whole)
    nacre_test(test_reset_points_${run} SOURCES ${reset_points_sources} LIBS demo IN host
               TIMEOUT 300 ARGS ${run})
endforeach()
# The guard alone, in each state that the chip can be left in.
nacre_test(test_reset_states SOURCES test_reset_states.c support/board_bed.c LIBS twin IN host)
target_compile_definitions(test_reset_states PRIVATE TWIN_FW_DIR="${twin_fw_dir}")
add_dependencies(test_reset_states twin_fw)
