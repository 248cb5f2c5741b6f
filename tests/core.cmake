# The core where its media fail and its callers err.
nacre_test(test_core_args SOURCES test_core_args.c LIBS store_support)
nacre_test(test_core_faults SOURCES test_core_faults.c fuzz/model.c support/failing.c
           LIBS store_support TIMEOUT 240)
