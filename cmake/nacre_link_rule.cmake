# Proof at configure time that the linker rule bites. A section name that is misspelt in
# NOCROSSREFS_TO passes in silence, so images that break the rule on purpose are linked: each must
# be refused for that reason, and the image without a fault must link.
function(nacre_link_probe fault)
    set(dir "${CMAKE_BINARY_DIR}/link_rule/nacre/blackout")
    set(source "${PROJECT_SOURCE_DIR}/cmake/link_rule.c")
    separate_arguments(flags UNIX_COMMAND "${CMAKE_C_FLAGS}")
    file(MAKE_DIRECTORY "${dir}")
    set(object_RAM "${dir}/fault${fault}.o") # placed by its path, as blackout.c is
    set(object_FLASH "${CMAKE_BINARY_DIR}/link_rule/flash${fault}.o")
    foreach(part RAM FLASH)
        execute_process(
            COMMAND ${CMAKE_C_COMPILER} ${flags} -Os -fno-builtin -D${part} -DFAULT=${fault}
                    -c ${source} -o ${object_${part}}
            RESULT_VARIABLE failed ERROR_VARIABLE text)
        if(failed)
            message(FATAL_ERROR "link rule: the probe does not compile\n${text}")
        endif()
    endforeach()
    execute_process(
        COMMAND ${CMAKE_C_COMPILER} ${flags} -nostdlib
                -L${PROJECT_SOURCE_DIR}/nacre/ports/stm32h7rs
                -L${PROJECT_SOURCE_DIR}/examples/brightness
                -T${PROJECT_SOURCE_DIR}/examples/brightness/brightness.ld
                ${object_RAM} ${object_FLASH} -o ${dir}/fault${fault}.elf
        RESULT_VARIABLE failed ERROR_VARIABLE text)
    if(fault EQUAL 0 AND failed)
        message(FATAL_ERROR "link rule: an image without a fault does not link\n${text}")
    elseif(NOT fault EQUAL 0 AND NOT text MATCHES "prohibited cross reference")
        message(FATAL_ERROR "link rule: fault ${fault} was not refused\n${text}")
    endif()
endfunction()

foreach(fault RANGE 0 4)
    nacre_link_probe(${fault})
endforeach()
message(STATUS "Link rule: 4 faults refused, none found in the image without")
