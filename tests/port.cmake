# The NOR medium and the blackout's sequence, on a false board that records what is sent.
add_library(fake_port OBJECT support/fake_port.c support/fake_second.c support/nor_bed.c)
foreach(part open medium time slice limits rest rest_ways two)
    nacre_test(test_nor_${part} SOURCES test_nor_${part}.c $<TARGET_OBJECTS:fake_port>
               LIBS nacre_nor nacre_ram nacre_core)
endforeach()
# The port's real registers, on the twin.
nacre_test(test_port SOURCES test_port.c support/prompt.c LIBS twin IN host TIMEOUT 240)
nacre_test(test_live SOURCES test_live.c support/prompt.c LIBS twin IN host TIMEOUT 240)
nacre_test(test_blackout_slices SOURCES test_blackout_slices.c support/prompt.c LIBS twin
           IN host TIMEOUT 240)
