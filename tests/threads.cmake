# The library with real threads under ThreadSanitizer, in builds of its own.
nacre_check(threads_store
    COMMAND "${CMAKE_SOURCE_DIR}/tests/check_threads.sh" "${CMAKE_C_COMPILER}"
            "${CMAKE_BINARY_DIR}/threads_store" test_threads no-store-lock no-secrets-lock
    TIMEOUT 240)
nacre_check(threads_rest
    COMMAND "${CMAKE_SOURCE_DIR}/tests/check_threads.sh" "${CMAKE_C_COMPILER}"
            "${CMAKE_BINARY_DIR}/threads_rest" test_threads_rest no-nor-lock
    TIMEOUT 240)
nacre_check(threads_settings
    COMMAND "${CMAKE_SOURCE_DIR}/tests/check_threads.sh" "${CMAKE_C_COMPILER}"
            "${CMAKE_BINARY_DIR}/threads_settings" test_threads_settings no-settings-lock
    TIMEOUT 240)
