# Every medium by one suite; what a store on it promises, with that medium's own cuts and faults.
add_library(medium_support STATIC
    support/medium_bed.c support/medium_bus.c support/medium_cells.c
    support/medium_file.c support/medium_mcu.c
    support/medium_memory.c support/medium_parts.c support/medium_spi_nor.c
    support/medium_suite.c support/medium_life.c support/medium_run.c support/medium_faults.c
    support/file_disk.c support/oracle.c support/sim_mcu.c)
target_link_libraries(medium_support PUBLIC nacre_nor nacre_ram nacre_ram_medium nacre_mcu_flash
    nacre_file nacre_spi_nor nacre_memories nacre_core twin_parts m cmocka)
# The file's system calls are served by file_disk.c.
target_link_options(medium_support INTERFACE -Wl,--wrap=pread -Wl,--wrap=pwrite
    -Wl,--wrap=fdatasync -Wl,--wrap=open)
# Objects of each program, not of the archive: the libraries that are linked last need them.
target_sources(medium_support INTERFACE $<TARGET_OBJECTS:fake_port>)

# Every kind at speed, one of each family with sanitizers, but for the NOR on SPI, whose model is
# slow with them.
nacre_test(test_medium SOURCES test_medium.c LIBS medium_support IN host TIMEOUT 240)
nacre_test(test_medium_share SOURCES test_medium.c LIBS medium_support TIMEOUT 240
           ARGS ram nor mcu_flash_1k file 24LC256 M24C64 25LC256 MB85RC256V MR25H40)
# A share of the points; all of them in make campaign.
nacre_test(test_medium_cuts SOURCES test_medium_cuts.c LIBS medium_support IN host TIMEOUT 300)
nacre_test(test_medium_cuts_share SOURCES test_medium_cuts.c LIBS medium_support TIMEOUT 300
           ARGS --share 60 --without W25Q128JV)
nacre_test(test_medium_faults SOURCES test_medium_faults.c LIBS medium_support IN host TIMEOUT 300)
nacre_test(test_medium_bad SOURCES test_medium_bad.c LIBS medium_support)

add_executable(campaign_medium campaign_medium.c)
target_link_libraries(campaign_medium PRIVATE medium_support)

# In an image on the twin, with the port's drivers below.
nacre_test(test_medium_image SOURCES test_medium_image.c support/medium_suite.c support/prompt.c
           LIBS twin IN host TIMEOUT 300)
