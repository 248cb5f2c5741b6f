# The core where its media fail and its callers err; its bytes and its counts.
foreach(topic args bytes counts)
    nacre_test(test_core_${topic} SOURCES test_core_${topic}.c LIBS store_support)
endforeach()
nacre_test(test_core_faults SOURCES test_core_faults.c fuzz/model.c support/failing.c
           LIBS store_support TIMEOUT 240)
# Ways of the core that only a chip at its end or bytes that went bad take.
foreach(topic calls format lost carry sweep forged worn turn span refused pages)
    nacre_test(test_cover_${topic} SOURCES test_cover_${topic}.c support/cover_bed.c
               support/failing.c LIBS store_support)
endforeach()
