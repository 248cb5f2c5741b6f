# The core where small changes of it went unseen by all other tests: states that are rare in use,
# and costs.
add_library(mutant_support STATIC support/forge.c support/meddler.c support/journal.c)
target_link_libraries(mutant_support PUBLIC store_support cmocka)
foreach(topic mount journal settle fail calls reach)
    nacre_test(test_mutant_${topic} SOURCES test_mutant_${topic}.c LIBS mutant_support)
endforeach()
foreach(topic settings secret)
    nacre_test(test_mutant_${topic} SOURCES test_mutant_${topic}.c LIBS ${topic}_support)
endforeach()
