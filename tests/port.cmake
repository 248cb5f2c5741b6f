# The NOR medium and the blackout's sequence, on a false board that records what is sent.
add_library(fake_port OBJECT support/fake_port.c support/fake_second.c support/nor_bed.c)
foreach(part open medium time slice limits rest rest_ways two two_rest caller)
    nacre_test(test_nor_${part} SOURCES test_nor_${part}.c $<TARGET_OBJECTS:fake_port>
               LIBS nacre_nor nacre_ram nacre_core)
endforeach()
# The port's real registers, on the twin.
nacre_test(test_port SOURCES test_port.c support/prompt.c LIBS twin IN host TIMEOUT 240)
nacre_test(test_quiet_ram SOURCES test_quiet_ram.c support/prompt.c LIBS twin IN host TIMEOUT 240)
nacre_test(test_live SOURCES test_live.c support/prompt.c LIBS twin IN host TIMEOUT 240)
nacre_test(test_blackout_slices SOURCES test_blackout_slices.c support/prompt.c LIBS twin
           IN host TIMEOUT 240)
# The rest of the chip through the adapters: on the twin, and against the interfaces stated here.
nacre_test(test_rest SOURCES test_rest.c support/prompt.c LIBS twin IN host TIMEOUT 240)
nacre_test(test_rest_clients SOURCES test_rest_clients.c rest_fw/log_client.c rest_fw/swap_client.c
           ../examples/littlefs/nacre_lfs.c ../examples/mcuboot/flash_map.c
           $<TARGET_OBJECTS:fake_port> LIBS nacre_nor nacre_ram nacre_core)
target_include_directories(test_rest_clients PRIVATE ../examples/littlefs/interface)
nacre_test(test_two_port SOURCES test_two_port.c support/prompt.c LIBS twin IN host TIMEOUT 240)
nacre_test(test_hard_places SOURCES test_hard_places.c support/prompt.c LIBS twin IN host)
