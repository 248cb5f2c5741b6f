# nacre_test(<name> SOURCES <file>... [LIBS <target>...] [IN sanitize|host|both] [TIMEOUT <seconds>]
#            [ARGS <argument>...])
#
# A cmocka program that ctest runs. IN says in which preset's build it is run: "sanitize" (the
# default) for all that is quick enough there, "host" for what needs speed (the firmware on the
# twin), "both". A build directory made by hand runs them all. TIMEOUT is 120 s unless given.
function(nacre_test name)
    cmake_parse_arguments(arg "" "IN;TIMEOUT" "SOURCES;LIBS;ARGS" ${ARGN})
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "nacre_test(${name}): unknown argument ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT arg_IN)
        set(arg_IN sanitize)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_LIBS} cmocka)
    target_compile_definitions(${name} PRIVATE
        NACRE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" NACRE_FIRMWARE_DIR="${NACRE_FIRMWARE_DIR}")
    if(NACRE_PRESET AND NOT arg_IN STREQUAL "both" AND NOT arg_IN STREQUAL NACRE_PRESET)
        set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
        return()
    endif()
    add_test(NAME ${name} COMMAND ${name} ${arg_ARGS})
    # What may take longest starts first.
    set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} COST ${arg_TIMEOUT}
        ENVIRONMENT "CMOCKA_MESSAGE_OUTPUT=STDOUT;ASAN_OPTIONS=detect_leaks=1")
endfunction()

# nacre_check(<name> COMMAND <command>... [IN sanitize|host|both] [TIMEOUT <seconds>])
#
# A script that checks one thing; it counts as one test. IN as for nacre_test.
function(nacre_check name)
    cmake_parse_arguments(arg "" "IN;TIMEOUT" "COMMAND" ${ARGN})
    if(NOT arg_IN)
        set(arg_IN sanitize)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 60)
    endif()
    if(NACRE_PRESET AND NOT arg_IN STREQUAL "both" AND NOT arg_IN STREQUAL NACRE_PRESET)
        return()
    endif()
    add_test(NAME check.${name} COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(check.${name} PROPERTIES TIMEOUT ${arg_TIMEOUT})
endfunction()
