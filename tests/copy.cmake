# A copy from one store to another: what its calls promise, and every cut of either store.
add_library(copy_support STATIC support/copy_bed.c)
target_link_libraries(copy_support PUBLIC store_support cmocka)
nacre_test(test_copy SOURCES test_copy.c LIBS copy_support)
nacre_test(test_copy_meanwhile SOURCES test_copy_meanwhile.c LIBS copy_support nacre_ram_medium)
nacre_test(test_copy_docs SOURCES test_copy_docs.c LIBS copy_support nacre_ram_medium)
nacre_test(test_copy_secret SOURCES test_copy_secret.c LIBS copy_support secret_support)
nacre_test(test_copy_cuts SOURCES test_copy_cuts.c support/fast_crc.c LIBS copy_support IN host)
nacre_test(test_copy_cuts_share SOURCES test_copy_cuts.c LIBS copy_support ARGS --share 20)
