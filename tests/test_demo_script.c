/*
 * Goal    a script means what its words say, and a bad line is an error that names it.
 * Method  texts with known meaning; for each kind of fault a text with only that fault.
 */
#include "tools/demo/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct script script;
static char error[SCRIPT_ERROR_BYTES];

static void test_script_every_word_is_read(void **state)
{
    static const char text[] = "# a session\n"
                               "boot\n"
                               "type set 80   # a remark\n"
                               "\n"
                               "wait 20ms\r\n"
                               "slider 10 90 31\n"
                               "cut program 0.5\n"
                               "cut erase 1\n"
                               "cut time 150us\n"
                               "cut write 12 0.25\n"
                               "off\n"
                               "expect 80 79";
    (void)state;
    assert_int_equal(script_parse(&script, "s", text, error), 0);
    assert_int_equal(script.count, 10);
    assert_int_equal(script.commands[0].kind, SCRIPT_BOOT);
    assert_int_equal(script.commands[0].line, 2);
    assert_int_equal(script.commands[1].kind, SCRIPT_TYPE);
    assert_string_equal(script.commands[1].text, "set 80");
    assert_int_equal(script.commands[2].kind, SCRIPT_WAIT);
    assert_int_equal(script.commands[2].time_ps, 20000000000ULL);
    assert_int_equal(script.commands[3].kind, SCRIPT_SLIDER);
    assert_int_equal(script.commands[3].from, 10);
    assert_int_equal(script.commands[3].to, 90);
    assert_int_equal(script.commands[3].steps, 31);
    assert_int_equal(script.commands[4].kind, SCRIPT_CUT_PROGRAM);
    assert_true(script.commands[4].fraction == 0.5);
    assert_int_equal(script.commands[5].kind, SCRIPT_CUT_ERASE);
    assert_int_equal(script.commands[6].kind, SCRIPT_CUT_TIME);
    assert_int_equal(script.commands[6].time_ps, 150000000ULL);
    assert_int_equal(script.commands[7].kind, SCRIPT_CUT_WRITE);
    assert_int_equal(script.commands[7].nth, 12);
    assert_true(script.commands[7].fraction == 0.25);
    assert_int_equal(script.commands[8].kind, SCRIPT_OFF);
    assert_int_equal(script.commands[9].kind, SCRIPT_EXPECT);
    assert_int_equal(script.commands[9].value_count, 2);
    assert_int_equal(script.commands[9].values[1], 79);
    assert_int_equal(script.commands[9].line, 12);
}

static void test_script_unknown_word_names_file_line_and_words(void **state)
{
    (void)state;
    assert_int_equal(script_parse(&script, "my.script", "boot\nboil\n", error), -1);
    assert_non_null(strstr(error, "my.script:2: \"boil\" is not known"));
    assert_non_null(strstr(error, script_words));
    assert_int_equal(script_parse(&script, "my.script", "cut soup 0.5\n", error), -1);
    assert_non_null(strstr(error, "my.script:1: \"cut soup\" is not known"));
}

static void test_script_each_bad_argument_is_refused(void **state)
{
    static const char *const bad[] = {
        "boot now",         "off 1",           "type",          "wait",
        "wait 5",           "wait 5 ms",       "wait ms",       "wait -1ms",
        "wait 4000s",       "wait nans",       "slider 1 2",    "slider 1 101 5",
        "slider 1 2 1",     "slider 1 2 9999", "slider a 2 5",  "slider -1 2 5",
        "cut write 1",      "cut write 0 0.5", "cut write 1 2", "cut write x 0.5",
        "cut",              "cut program",     "cut erase 1.5", "cut erase -0.1",
        "cut program half", "cut program nan", "cut time 5",    "expect",
        "expect 101",       "expect x",        "expect 1 2 3 4 5 6 7 8 9",
        "type 1 2 3 4 5 6 7 8 9 10 11 12"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (script_parse(&script, "s", bad[i], error) != -1) fail_msg("taken: %s", bad[i]);
        assert_memory_equal(error, "s:1: ", 5);
    }
}

static void test_script_what_is_too_long_is_refused(void **state)
{
    static char text[SCRIPT_LINES_MAX * 5 + 6];
    char line[200];
    (void)state;
    memset(line, 'a', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    assert_int_equal(script_parse(&script, "s", line, error), -1);
    memcpy(line, "type ", 5);
    line[5 + SCRIPT_TEXT_BYTES] = '\0';
    assert_int_equal(script_parse(&script, "s", line, error), -1);
    line[5 + SCRIPT_TEXT_BYTES - 1] = '\0';
    assert_int_equal(script_parse(&script, "s", line, error), 0);
    for (size_t i = 0; i < SCRIPT_LINES_MAX; i++) memcpy(text + 5 * i, "boot\n", 5);
    assert_int_equal(script_parse(&script, "s", text, error), 0);
    memcpy(text + 5 * (size_t)SCRIPT_LINES_MAX, "boot\n", 6);
    assert_int_equal(script_parse(&script, "s", text, error), -1);
}

static void test_script_without_a_command_is_refused(void **state)
{
    (void)state;
    assert_int_equal(script_parse(&script, "s", "", error), -1);
    assert_int_equal(script_parse(&script, "s", "# only a remark\n\n", error), -1);
    assert_int_equal(script_load(&script, "/nowhere/at.all", error), -1);
    assert_non_null(strstr(error, "/nowhere/at.all"));
    assert_int_equal(script_load(&script, "/proc/self/exe", error), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_script_every_word_is_read),
        cmocka_unit_test(test_script_unknown_word_names_file_line_and_words),
        cmocka_unit_test(test_script_each_bad_argument_is_refused),
        cmocka_unit_test(test_script_what_is_too_long_is_refused),
        cmocka_unit_test(test_script_without_a_command_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
