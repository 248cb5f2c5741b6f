# nacre_check(<target> [CONFIG <file>...] [ROOT <symbol or section>...] [DARK <range>...]
#             [STACK <bytes>] [SARIF <file>] [ALLOW_UNDECIDED])
#
# Run nacre-check on a firmware after every link: the link fails where a blackout reaches the flash
# or where that could not be decided. NACRE_CHECK names the program, which a host build of this
# project makes; docs/check.md tells of the rules. ALLOW_UNDECIDED fails on what is refuted alone.
function(nacre_check target)
    cmake_parse_arguments(arg "ALLOW_UNDECIDED" "STACK;SARIF" "CONFIG;ROOT;DARK" ${ARGN})
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "nacre_check(${target}): unknown argument ${arg_UNPARSED_ARGUMENTS}")
    endif()
    find_program(NACRE_CHECK nacre-check DOC "The checker of firmware images")
    if(NOT NACRE_CHECK)
        message(FATAL_ERROR "nacre_check(${target}): there is no nacre-check; build it for this "
            "machine and give its path with -DNACRE_CHECK=...")
    endif()
    set(arguments "")
    foreach(option CONFIG ROOT DARK)
        string(TOLOWER "${option}" word)
        foreach(value IN LISTS arg_${option})
            list(APPEND arguments "--${word}" "${value}")
        endforeach()
    endforeach()
    if(arg_STACK)
        list(APPEND arguments --stack "${arg_STACK}")
    endif()
    if(arg_SARIF)
        list(APPEND arguments --sarif "${arg_SARIF}")
    endif()
    if(arg_ALLOW_UNDECIDED)
        list(APPEND arguments --allow-undecided)
    endif()
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND "${NACRE_CHECK}" ${arguments} "$<TARGET_FILE:${target}>" VERBATIM)
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${arg_CONFIG})
endfunction()
