# Storms of writes on the twin: a second of each combination of way, chip and place of the
# blackout's code, or of a share of them. At length in make campaign.
add_library(storm STATIC support/storm_bed.c support/storm_list.c support/storm_print.c)
target_link_libraries(storm PUBLIC twin)
target_compile_definitions(storm PRIVATE NACRE_FIRMWARE_DIR="${NACRE_FIRMWARE_DIR}")

nacre_test(test_storm SOURCES test_storm.c LIBS storm IN host TIMEOUT 120)
foreach(way read-while-write sliced sliced-live whole two-controllers)
    nacre_test(test_storm_${way} SOURCES test_storm.c LIBS storm IN host ARGS ${way} TIMEOUT 240)
endforeach()

add_executable(campaign_storm campaign_storm.c)
target_link_libraries(campaign_storm PRIVATE storm)
