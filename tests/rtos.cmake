# Going down, waiting, and the examples with a kernel.
foreach(part down down_waits)
    nacre_test(test_nor_${part} SOURCES test_nor_${part}.c $<TARGET_OBJECTS:fake_port>
               LIBS nacre_nor nacre_ram nacre_core)
endforeach()
nacre_test(test_rtos SOURCES test_rtos.c support/prompt.c LIBS twin IN host TIMEOUT 240)
nacre_test(test_nor_down_image SOURCES test_nor_down_image.c support/prompt.c LIBS twin
           IN host TIMEOUT 240)
