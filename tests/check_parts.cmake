# The parts of nacre-check that need no image, and what its CMake function does to a link.
nacre_test(test_check_config SOURCES test_check_config.c LIBS check)
nacre_test(test_check_stack SOURCES test_check_stack.c LIBS check)
nacre_check(checker_in_cmake IN host COMMAND bash
    "${CMAKE_CURRENT_SOURCE_DIR}/check_in_cmake.sh" $<TARGET_FILE:nacre-check>
    "${CMAKE_SOURCE_DIR}")
