# Media that are overwritten in place: the layer that makes a flash of them.
add_library(cells_support STATIC support/cell_box.c)
target_link_libraries(cells_support PUBLIC nacre_memories)
nacre_test(test_cells SOURCES test_cells.c LIBS cells_support)
nacre_test(test_cells_cuts SOURCES test_cells_cuts.c LIBS cells_support)
