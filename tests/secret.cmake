# Secrets, with the real cipher of Mbed TLS, and the medium in RAM.
nacre_test(test_ram_medium SOURCES test_ram_medium.c LIBS nacre_ram_medium nacre_core store_support)

if(NOT TARGET nacre_psa)
    message(FATAL_ERROR "psa/crypto.h or libmbedcrypto is missing: tools/setup installs them")
endif()
add_library(secret_support STATIC support/secret_bed.c)
target_link_libraries(secret_support PUBLIC nacre_psa store_support cmocka)
foreach(name "" _calls _nonces _replay _stale)
    nacre_test(test_secret${name} SOURCES test_secret${name}.c LIBS secret_support)
endforeach()
# memmem
set_property(SOURCE test_secret.c APPEND PROPERTY COMPILE_DEFINITIONS _GNU_SOURCE)

# Who opens no secrets links nothing of them: looked for in a program that does not, and, so that
# the search is known to find, in one that does.
nacre_check(secret_is_not_linked
    COMMAND "${CMAKE_SOURCE_DIR}/tests/check_secret_not_linked.sh" "${CMAKE_NM}"
            "$<TARGET_FILE:test_secret>" "$<TARGET_FILE:test_settings>"
            "$<TARGET_FILE:test_ram_medium>" "${NACRE_FIRMWARE_DIR}")
