# The models of memories on I2C and SPI.
foreach(topic i2c spi cuts faults)
    nacre_test(test_twin_parts_${topic} SOURCES test_twin_parts_${topic}.c support/part_drive.c
               LIBS twin_parts)
endforeach()

# The internal flash of the microcontroller: its model alone, then on the twin.
foreach(topic mcu_flash mcu_flash_torn)
    nacre_test(test_twin_${topic} SOURCES test_twin_${topic}.c support/flash_drive.c
               ${CMAKE_SOURCE_DIR}/twin/mcu_flash.c)
endforeach()
twin_fw_image(internal "${twin_fw_sources}/internal.c")
add_custom_target(twin_fw_internal DEPENDS "${twin_fw_dir}/internal.elf")
nacre_test(test_twin_internal_flash SOURCES test_twin_internal_flash.c support/board_bed.c
           LIBS twin IN host)
target_compile_definitions(test_twin_internal_flash PRIVATE TWIN_FW_DIR="${twin_fw_dir}")
add_dependencies(test_twin_internal_flash twin_fw_internal)
