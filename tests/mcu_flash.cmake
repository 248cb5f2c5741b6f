# The medium in the microcontroller's own flash, over a simulated one.
add_library(sim_mcu STATIC support/sim_mcu.c)
target_link_libraries(sim_mcu PUBLIC nacre_mcu_flash nacre_core)
target_sources(sim_mcu INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/support/assert_failed.c)

nacre_test(test_mcu_flash SOURCES test_mcu_flash.c LIBS sim_mcu)
# The port of the internal flash on a false board, but for what only the core can do.
nacre_test(test_mcu_flash_port SOURCES test_mcu_flash_port.c support/false_flash.c
           ${CMAKE_SOURCE_DIR}/nacre/ports/stm32h7rs/mcu_flash.c LIBS nacre_mcu_flash nacre_core
           store_support)
# A real image on the twin.
nacre_test(test_mcu_flash_image SOURCES test_mcu_flash_image.c support/prompt.c LIBS twin IN host
           TIMEOUT 300)
