# The drivers of the port's serial buses on a false board, which is registers.
add_library(false_board OBJECT support/false_io.c support/false_i2c.c support/false_spi.c
            support/assert_failed.c)
foreach(part i2c i2c_timing spi)
    nacre_test(test_port_${part} SOURCES test_port_${part}.c $<TARGET_OBJECTS:false_board>
               LIBS nacre_buses)
endforeach()
# Other people's drivers behind nacre/bus.h.
nacre_test(test_bus_adapters SOURCES test_bus_adapters.c support/adapter_zephyr.c
           ../examples/bus-adapters/hal.c ../examples/bus-adapters/linux.c
           ../examples/bus-adapters/zephyr.c)
target_include_directories(test_bus_adapters PRIVATE .. ../examples/bus-adapters/interface)
# The same drivers in an image on the twin, over the models of parts.
foreach(bus i2c spi)
    nacre_test(test_port_${bus}_twin SOURCES test_port_${bus}_twin.c support/driver_bed.c
               support/prompt.c LIBS twin IN host TIMEOUT 240)
endforeach()
