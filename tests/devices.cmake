# The twin's devices without its machine: NOR chip, PSRAM, XSPI controllers, I/O manager.
file(GLOB twin_device_sources CONFIGURE_DEPENDS
    "${CMAKE_SOURCE_DIR}/twin/chip/*.c" "${CMAKE_SOURCE_DIR}/twin/xspi/*.c")
add_library(twin_devices STATIC ${twin_device_sources} support/chip_bus.c
    support/chip_cut.c support/chip_fixture.c support/md5.c
    support/xspi_fixture.c support/xspi_rig.c)
target_link_libraries(twin_devices PUBLIC m cmocka)

foreach(topic protocol program fails banks cuts torn_erase marks quad repeat)
    nacre_test(test_twin_chip_${topic} SOURCES test_twin_chip_${topic}.c LIBS twin_devices)
endforeach()
foreach(topic boot rules fifo time window)
    nacre_test(test_twin_xspi_${topic} SOURCES test_twin_xspi_${topic}.c LIBS twin_devices)
endforeach()
nacre_test(test_twin_xspim SOURCES test_twin_xspim.c LIBS twin_devices)
# The library's rows of chips, judged by the twin's models of them.
nacre_test(test_chip_rows SOURCES test_chip_rows.c support/row_bus.c LIBS twin_devices nacre_nor)
nacre_test(test_chip_sfdp SOURCES test_chip_sfdp.c support/row_bus.c support/assert_failed.c
           LIBS twin_devices nacre_nor)
# What the port adopts, on a page of memory where its registers are.
set(port ${CMAKE_SOURCE_DIR}/nacre/ports/stm32h7rs)
nacre_test(test_port_state SOURCES test_port_state.c ${port}/state.c ${port}/frame.c LIBS nacre_nor)
target_compile_options(test_port_state PRIVATE -Wno-int-to-pointer-cast)
