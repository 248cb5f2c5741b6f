# The serial NOR on a bus of its own, over the twin's models of chips.
foreach(name spi_nor spi_nor_bus spi_nor_store)
    nacre_test(test_${name} SOURCES test_${name}.c support/spi_nor_bed.c support/spi_nor_fixture.c
        support/assert_failed.c LIBS nacre_core nacre_spi_nor twin_devices)
endforeach()
