# The twin's machine: small images of its own, built here with the cross compiler.
set(twin_fw_dir "${CMAKE_CURRENT_BINARY_DIR}/twin_fw")
set(twin_fw_sources "${CMAKE_CURRENT_SOURCE_DIR}/twin_fw")
find_program(ARM_GCC arm-none-eabi-gcc)
function(twin_fw_image image source)
    add_custom_command(OUTPUT "${twin_fw_dir}/${image}.elf"
        COMMAND "${CMAKE_COMMAND}" -E make_directory "${twin_fw_dir}"
        COMMAND "${ARM_GCC}" -mcpu=cortex-m7 -mthumb -mfpu=fpv5-d16 -mfloat-abi=hard -Os -g
            -ffreestanding -nostdlib -Wall -Wextra -I "${CMAKE_SOURCE_DIR}"
            -T "${twin_fw_sources}/fw.ld"
            -Wl,--build-id=none "${twin_fw_sources}/start.c" "${source}"
            -o "${twin_fw_dir}/${image}.elf" -lgcc
        DEPENDS "${twin_fw_sources}/start.c" "${source}" ${ARGN}
            "${twin_fw_sources}/fw.h" "${twin_fw_sources}/fw.ld"
            "${CMAKE_SOURCE_DIR}/examples/boot-guard/xspi2.h"
        VERBATIM)
endfunction()
foreach(image hello core faults left)
    twin_fw_image(${image} "${twin_fw_sources}/${image}.c")
    list(APPEND twin_fw_images "${twin_fw_dir}/${image}.elf")
endforeach()
add_custom_target(twin_fw DEPENDS ${twin_fw_images})

foreach(topic core faults masters dcache board boot command)
    nacre_test(test_twin_${topic} SOURCES test_twin_${topic}.c support/board_bed.c
        support/faults_fixture.c LIBS twin IN both)
    target_compile_definitions(test_twin_${topic} PRIVATE TWIN_FW_DIR="${twin_fw_dir}"
        NACRE_TWIN="$<TARGET_FILE:nacre-twin>")
    add_dependencies(test_twin_${topic} twin_fw nacre-twin)
endforeach()

# No function of the twin takes the place of one of the emulator's by accident.
nacre_check(twin_names IN both COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/check_twin_names.sh"
    $<TARGET_FILE:twin>)
