# The core where its media fail and its callers err; its bytes and its counts.
foreach(topic args bytes counts)
    nacre_test(test_core_${topic} SOURCES test_core_${topic}.c LIBS store_support)
endforeach()
nacre_test(test_core_faults SOURCES test_core_faults.c fuzz/model.c support/failing.c
           LIBS store_support TIMEOUT 240)
