/*
 * nacre-twin from the shell: what it prints and how it ends, with good and bad input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/support/board_bed.h"
#include "tests/support/cmocka_all.h"

#define MADE TWIN_FW_DIR /* in the build directory, wherever the test is run */

static char output[1u << 20];

/* Exit code of the command; its output and messages are in output. */
static int run(const char *arguments)
{
    char line[2048];
    (void)snprintf(line, sizeof line, "%s %s 2>&1", NACRE_TWIN, arguments);
    FILE *const pipe = popen(line, "r");
    assert_non_null(pipe);
    const size_t n = fread(output, 1, sizeof output - 1u, pipe);
    output[n] = '\0';
    const int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void write_file(const char *path, const void *bytes, size_t n)
{
    FILE *const file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void test_command_runs_an_image(void **state)
{
    (void)state;
    assert_int_equal(run(TWIN_FW_DIR "/hello.elf --until end --expect hello"), 0);
    assert_non_null(strstr(output, "hello\nend"));
    assert_int_equal(run(TWIN_FW_DIR "/hello.elf --until end --expect goodbye"), 1);
    assert_int_equal(run(TWIN_FW_DIR "/hello.elf --json --time-limit 50"), 0);
    assert_non_null(strstr(output, "\"violations\": 0"));
    assert_non_null(strstr(output, "\"stop\": \"time\""));
}

static void test_command_tells_a_violation(void **state)
{
    (void)state;
    assert_int_equal(run(TWIN_FW_DIR "/faults.elf --type l --time-limit 100"), 1);
    assert_non_null(strstr(output, "violation: load at pc "));
    assert_non_null(strstr(output, "load_unmapped"));
    assert_non_null(strstr(output, "70005040"));
    assert_int_equal(run(TWIN_FW_DIR "/faults.elf --type l --time-limit 100 --json"), 1);
    assert_non_null(strstr(output, "\"kind\": \"load\""));
    assert_non_null(strstr(output, "\"exact\": true"));
}

static void test_command_traces(void **state)
{
    (void)state;
    assert_int_equal(run(TWIN_FW_DIR "/faults.elf --type et --time-limit 60 -t --busy max"), 0);
    assert_non_null(strstr(output, "21DE @07FE1000 n=4096 erase"));
    assert_non_null(strstr(output, "blackout ends after"));
    assert_non_null(strstr(output, "exception 71 taken"));
    assert_non_null(strstr(output, "TIM3 channel 2: 30 of 100"));
    assert_int_equal(run(TWIN_FW_DIR "/faults.elf --cut-at 20 --trace"), 0);
    assert_non_null(strstr(output, "power cut"));
}

static void test_command_refuses_bad_usage(void **state)
{
    static const char *const lines[] = {"",
                                        "a.elf b.elf",
                                        "--tear unit " TWIN_FW_DIR "/hello.elf",
                                        "--busy slow " TWIN_FW_DIR "/hello.elf",
                                        "--seed x " TWIN_FW_DIR "/hello.elf",
                                        "--seed -1 " TWIN_FW_DIR "/hello.elf",
                                        "--time-limit 99999999999 " TWIN_FW_DIR "/hello.elf",
                                        "--no-such-option " TWIN_FW_DIR "/hello.elf",
                                        "--leftover 2.0 " TWIN_FW_DIR "/hello.elf",
                                        "--watch nobody " TWIN_FW_DIR "/hello.elf"};
    (void)state;
    for (uint32_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (run(lines[i]) != 3) fail_msg("'%s' did not end with 3:\n%s", lines[i], output);
    }
}

static void test_command_cannot_run_bad_files(void **state)
{
    static const char *const lines[] = {"no-such-file.elf",
                                        MADE "/text.elf",
                                        NACRE_TWIN,
                                        MADE "/short.elf",
                                        "--boot no-such-file.hex " TWIN_FW_DIR "/hello.elf",
                                        "--boot " MADE "/sum.hex " TWIN_FW_DIR "/hello.elf",
                                        "--boot " MADE "/open.hex " TWIN_FW_DIR "/hello.elf",
                                        "--boot " MADE "/far.hex " TWIN_FW_DIR "/hello.elf",
                                        "--boot " MADE "/text.elf " TWIN_FW_DIR "/hello.elf",
                                        "--flash no-such-file " TWIN_FW_DIR "/hello.elf"};
    (void)state;
    write_file(MADE "/text.elf", "this is not an ELF file, but long enough to have been one", 58);
    write_file(MADE "/short.elf", "\177ELF\1\1\1\0\0\0\0\0\0\0\0\0\2\0\50\0\1\0\0\0", 24);
    write_file(MADE "/sum.hex", ":08000000000001201100000800\n:00000001FF\n", 40);
    write_file(MADE "/open.hex", ":080000000000012011000008BE\n", 28);
    write_file(MADE "/far.hex", ":020000046000FA\n:0100000000FF\n:00000001FF\n", 42);
    for (uint32_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (run(lines[i]) != 2) fail_msg("'%s' did not end with 2:\n%s", lines[i], output);
    }
}

static void test_command_lists_what_is_not_modelled(void **state)
{
    (void)state;
    assert_int_equal(run("--not-modelled"), 0);
    assert_non_null(strstr(output, "caches"));
    assert_int_equal(run("--help"), 0);
    assert_non_null(strstr(output, "Exit codes"));
    assert_non_null(strstr(output, "GPL"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_runs_an_image),
        cmocka_unit_test(test_command_tells_a_violation),
        cmocka_unit_test(test_command_traces),
        cmocka_unit_test(test_command_refuses_bad_usage),
        cmocka_unit_test(test_command_cannot_run_bad_files),
        cmocka_unit_test(test_command_lists_what_is_not_modelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
