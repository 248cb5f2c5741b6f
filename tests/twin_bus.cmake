# The twin's serial buses, driven by images that are written from the manual.
set(twin_bus_sources "${CMAKE_CURRENT_SOURCE_DIR}/twin_bus_fw")
twin_fw_image(bus "${twin_bus_sources}/bus.c" "${twin_bus_sources}/box.h")
twin_fw_image(once "${twin_bus_sources}/once.c")
add_custom_target(twin_bus_fw DEPENDS "${twin_fw_dir}/bus.elf" "${twin_fw_dir}/once.elf")

foreach(topic i2c i2c_faults spi)
    nacre_test(test_twin_${topic} SOURCES test_twin_${topic}.c support/bus_bed.c
        support/board_bed.c LIBS twin IN both)
    target_compile_definitions(test_twin_${topic} PRIVATE TWIN_FW_DIR="${twin_fw_dir}"
        NACRE_TWIN="$<TARGET_FILE:nacre-twin>")
    add_dependencies(test_twin_${topic} twin_bus_fw nacre-twin)
endforeach()
