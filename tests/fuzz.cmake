# The fuzz targets. In a build by clang with NACRE_FUZZ (tools/fuzz.sh makes it) they are programs
# of libFuzzer. In every other build each is a program that replays stored inputs, and two checks:
# that the stored corpus passes, and that a minute of fuzzing on from it does.
set(fuzz_targets mount calls decode settings secret)
set(fuzz_parts fuzz/fuzz_bed.c fuzz/image.c fuzz/model.c fuzz/session.c fuzz/rows.c)
set(fuzz_secret_parts fuzz/secret_probe.c fuzz/secret_vault.c)
set(fuzz_support support/sim_nor.c support/sim_tear.c support/decode.c support/assert_failed.c)

if(NACRE_FUZZ)
    file(GLOB fuzz_core_sources CONFIGURE_DEPENDS
        "${CMAKE_SOURCE_DIR}/nacre/core/*.c" "${CMAKE_SOURCE_DIR}/nacre/err.c")
    # The check sum would take most of the time.
    list(FILTER fuzz_core_sources EXCLUDE REGEX "/crc\\.c$")
    add_library(fuzz_core STATIC EXCLUDE_FROM_ALL ${fuzz_core_sources})
    target_compile_options(fuzz_core PRIVATE -fsanitize=fuzzer-no-link)
    add_library(fuzz_support OBJECT EXCLUDE_FROM_ALL ${fuzz_parts} ${fuzz_support}
        support/fast_crc.c)
    # What is not under test need only be quick.
    target_compile_options(fuzz_support PRIVATE -fno-sanitize=all)
    foreach(target ${fuzz_targets})
        add_executable(fuzz_${target} EXCLUDE_FROM_ALL fuzz/fuzz_${target}.c
            $<TARGET_OBJECTS:fuzz_support>)
        target_link_libraries(fuzz_${target} PRIVATE fuzz_core)
        target_link_options(fuzz_${target} PRIVATE -fsanitize=fuzzer)
    endforeach()
    # The real cipher: nacre_psa is under test, too.
    target_compile_options(nacre_psa PRIVATE -fsanitize=fuzzer-no-link)
    target_sources(fuzz_secret PRIVATE ${fuzz_secret_parts})
    target_link_libraries(fuzz_secret PRIVATE nacre_psa)
    return()
endif()

add_library(fuzz_replay STATIC ${fuzz_parts} fuzz/replay.c)
target_link_libraries(fuzz_replay PUBLIC store_support)
foreach(target ${fuzz_targets})
    add_executable(replay_${target} fuzz/fuzz_${target}.c)
    target_link_libraries(replay_${target} PRIVATE fuzz_replay)
    nacre_check(fuzz.corpus.${target} COMMAND replay_${target}
        "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${target}")
    nacre_check(fuzz.${target} TIMEOUT 300
        COMMAND "${CMAKE_SOURCE_DIR}/tools/fuzz.sh" 60 ${target})
endforeach()
target_sources(replay_secret PRIVATE ${fuzz_secret_parts})
target_link_libraries(replay_secret PRIVATE nacre_psa)
