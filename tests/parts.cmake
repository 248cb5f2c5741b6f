# The models of memories on I2C and SPI.
foreach(topic i2c spi cuts faults)
    nacre_test(test_twin_parts_${topic} SOURCES test_twin_parts_${topic}.c support/part_drive.c
               LIBS twin_parts)
endforeach()
