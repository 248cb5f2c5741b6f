# What nacre-check sees in one function: small sources, compiled and linked by the test itself.
nacre_test(test_check_flow SOURCES test_check_flow.c LIBS check)
set_property(SOURCE test_check_flow.c APPEND PROPERTY COMPILE_DEFINITIONS _GNU_SOURCE)
