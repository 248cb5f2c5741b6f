# The models of memories on I2C and SPI.
foreach(topic i2c spi cuts faults)
    nacre_test(test_twin_parts_${topic} SOURCES test_twin_parts_${topic}.c support/part_drive.c
               LIBS twin_parts)
endforeach()

# The internal flash of the microcontroller: its model alone, then on the twin.
nacre_test(test_twin_mcu_flash SOURCES test_twin_mcu_flash.c ${CMAKE_SOURCE_DIR}/twin/mcu_flash.c)
