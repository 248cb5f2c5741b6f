# Media that are overwritten in place: the layer that makes a flash of them, and a store on it.
add_library(cells_support STATIC support/cell_box.c)
target_link_libraries(cells_support PUBLIC nacre_memories nacre_core)
nacre_test(test_cells SOURCES test_cells.c LIBS cells_support)
nacre_test(test_cells_cuts SOURCES test_cells_cuts.c LIBS cells_support)
nacre_test(test_cells_store SOURCES test_cells_store.c support/assert_failed.c LIBS cells_support)

# What drives the parts, over the twin's models of them.
add_library(part_bus STATIC support/part_bus.c support/medium_bus.c)
target_link_libraries(part_bus PUBLIC nacre_memories twin_parts cmocka)
nacre_test(test_i2c_memory SOURCES test_i2c_memory.c support/assert_failed.c LIBS part_bus)
nacre_test(test_spi_memory SOURCES test_spi_memory.c support/assert_failed.c LIBS part_bus)
