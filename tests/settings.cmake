# Settings on a store on the simulated NOR: what each call promises, and every cut of a migration.
add_library(settings_support STATIC support/settings_bed.c support/move_bed.c)
target_link_libraries(settings_support PUBLIC store_support)

nacre_test(test_settings SOURCES test_settings.c LIBS settings_support)
foreach(name table block change pending flush factory move secret cuts docs model)
    nacre_test(test_settings_${name} SOURCES test_settings_${name}.c LIBS settings_support)
endforeach()
nacre_check(settings_rows COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check_settings_rows.sh
    ${CMAKE_C_COMPILER} ${CMAKE_SOURCE_DIR})
