# The real firmware image with its brightness in each medium: one program, run in several ways. A
# start that reads a FRAM over I2C takes the twin long: that run is for the campaign.
foreach(run eeprom_i2c eeprom_spi fram_spi mram spi_nor mcu_flash)
    nacre_test(test_media_firmware_${run} SOURCES test_media_firmware.c support/named.c LIBS demo
        IN host TIMEOUT 300 ARGS ${run})
endforeach()
# Two stores on two media in one image: side by side, and one that moves to the other.
foreach(test two_media two_media_move)
    nacre_test(test_${test} SOURCES test_${test}.c support/prompt.c LIBS twin IN host TIMEOUT 300)
endforeach()
