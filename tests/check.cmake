# The corpus of nacre-check: firmware broken on purpose and sound firmware close to it, and the
# program that runs each image and says which it is (tests/check_corpus/run.py).
find_package(PkgConfig REQUIRED)
pkg_check_modules(CHECK_UNICORN REQUIRED IMPORTED_TARGET unicorn)
add_executable(check_oracle check_oracle.c)
target_link_libraries(check_oracle PRIVATE PkgConfig::CHECK_UNICORN)

# Of the corpus a share, of mutants and spoilt files some dozens; tools/campaign.sh runs them all.
set(check_image "${NACRE_FIRMWARE_DIR}/examples/brightness/brightness")
set(check_file "${CMAKE_SOURCE_DIR}/nacre/ports/stm32h7rs/stm32h7rs.nacre-check")
nacre_check(checker_corpus IN host TIMEOUT 600
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/check_corpus/run.py" --share 1/16
        --check $<TARGET_FILE:nacre-check> --oracle $<TARGET_FILE:check_oracle>
        --build "${CMAKE_BINARY_DIR}/check_corpus" --json "${CMAKE_BINARY_DIR}/check.json")
nacre_check(checker_mutants IN host
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/check_mutate.py" $<TARGET_FILE:nacre-check>
        "${check_image}.elf" "${check_image}_axi_sram.elf" --config "${check_file}" --count 60)
nacre_check(checker_malformed
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/check_malformed.py" $<TARGET_FILE:nacre-check>
        "${check_image}.elf" --config "${check_file}" --count 60
        --keep "${CMAKE_BINARY_DIR}/malformed.elf")
nacre_check(checker_page IN host TIMEOUT 120
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/check_corpus/page.py" --check
        --nacre-check $<TARGET_FILE:nacre-check> --build "${CMAKE_BINARY_DIR}/check_page")
