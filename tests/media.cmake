# Every medium by one suite; what a store on it promises, with that medium's own cuts and faults.
add_library(medium_support STATIC
    support/medium_bed.c support/medium_memory.c support/medium_suite.c support/oracle.c)
target_link_libraries(medium_support PUBLIC nacre_nor nacre_ram nacre_ram_medium nacre_core)
# Objects of each program, not of the archive: the libraries that are linked last need them.
target_sources(medium_support INTERFACE $<TARGET_OBJECTS:fake_port>)

nacre_test(test_medium SOURCES test_medium.c LIBS medium_support)
