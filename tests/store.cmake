# The store on the simulated NOR: what its calls promise, and every cut of the power.
add_library(store_support STATIC
    support/sim_nor.c support/sim_tear.c support/oracle.c support/store_bed.c support/bed_steps.c
    support/store_box.c support/box_fixture.c support/image.c support/cut_run.c support/soak.c
    support/decode.c)
target_link_libraries(store_support PUBLIC nacre_core)
# An object of each program, not of the archive: the core, which is linked last, needs it.
target_sources(store_support INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/support/assert_failed.c)

foreach(name support oracle api room faults format garbage transaction repair retire lanes
    images new)
    nacre_test(test_store_${name} SOURCES test_store_${name}.c LIBS store_support)
endforeach()
nacre_test(test_store_loop SOURCES test_store_loop.c LIBS store_support TIMEOUT 300)
# Half of it at speed, a part of it with sanitizers; all of it, and more, in make campaign.
nacre_test(test_store_cuts SOURCES test_store_cuts.c support/fast_crc.c LIBS store_support IN host
    ARGS --share 2 TIMEOUT 900)
nacre_test(test_store_cuts_share SOURCES test_store_cuts.c LIBS store_support ARGS --share 60
    TIMEOUT 600)
nacre_test(test_store_soak SOURCES test_store_soak.c support/fast_crc.c LIBS store_support IN host
    TIMEOUT 600)
nacre_test(test_store_soak_share SOURCES test_store_soak.c LIBS store_support ARGS --share 15
    TIMEOUT 600)

add_executable(campaign_store campaign_store.c support/fast_crc.c)
target_link_libraries(campaign_store PRIVATE store_support)
nacre_test(test_crc SOURCES test_crc.c LIBS nacre_core store_support)

# Writes tests/images; run by hand when the format changes before its release.
add_executable(make_images make_images.c)
target_link_libraries(make_images PRIVATE store_support)
