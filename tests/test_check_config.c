/*
 * What the checker takes from the file beside a firmware.
 *
 * Goal: each word means what its line says, and a line that nothing fits is stale.
 * Method: lines are read one by one; the expected values are written here by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tools/check/config.h"

static bool read_line(struct config *config, const char *text, char *why)
{
    char line[256];
    snprintf(line, sizeof line, "%s", text);
    return config_line(config, line, 1, why);
}

static void test_config_range_both_ways_holds_first_and_last(void **state)
{
    (void)state;
    struct image_range range = {0};
    assert_true(config_range_read("0x70000000-0x7fffffff", &range));
    assert_int_equal(range.first, 0x70000000);
    assert_int_equal(range.last, 0x7FFFFFFF);
    assert_true(config_range_read("0x70000000+0x8000000", &range));
    assert_int_equal(range.last, 0x77FFFFFF);
    assert_true(config_range_read("0xf0000000+0x10000000", &range));
    assert_int_equal(range.last, 0xFFFFFFFF);
}

static void test_config_range_without_sense_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "0x10", "0x10-", "-0x10", "0x20-0x10", "0x10+0",
                                      "0x10-0x20x", "0xffffffff+2", "0x100000000-0x200000000"};
    struct image_range range = {1, 2};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(config_range_read(bad[i], &range));
        assert_int_equal(range.first, 1);
    }
    assert_false(config_range_read(NULL, &range));
}

static void test_config_waiver_keeps_rule_symbol_target_and_reason(void **state)
{
    (void)state;
    char why[CONFIG_WHY_BYTES];
    struct config config = {0};
    assert_true(read_line(&config, "waive call-dark f->g it is never reached # why", why));
    assert_true(read_line(&config, "waive pointer-dark h because", why));
    assert_int_equal(config.waiver_count, 2);
    assert_int_equal(config.waivers[0].rule, RULE_CALL_DARK);
    assert_string_equal(config.waivers[0].symbol, "f");
    assert_string_equal(config.waivers[0].target, "g");
    assert_string_equal(config.waivers[0].reason, "it is never reached ");
    assert_int_equal(config.waivers[1].rule, RULE_POINTER_DARK);
    assert_null(config.waivers[1].target);
    config_free(&config);
}

static void test_config_live_names_are_exception_numbers(void **state)
{
    (void)state;
    char why[CONFIG_WHY_BYTES];
    struct config config = {0};
    assert_true(read_line(&config, "live NMI HardFault SVCall systick irq0 irq12", why));
    static const uint32_t numbers[] = {2, 3, 11, 15, 16, 28};
    assert_int_equal(config.live_count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(config.live[i], numbers[i]);
    }
    assert_false(read_line(&config, "live irq496", why));
    config_free(&config);
}

static void test_config_calls_copy_bank_and_limits_are_kept(void **state)
{
    (void)state;
    char why[CONFIG_WHY_BYTES];
    struct config config = {0};
    assert_true(read_line(&config, "calls run a b c", why));
    assert_true(read_line(&config, "copy l s e", why));
    assert_true(read_line(&config, "bank 1 0x1000-0x1fff", why));
    assert_true(read_line(&config, "settings 0x1800+0x100", why));
    assert_true(read_line(&config, "stack 512", why));
    assert_true(read_line(&config, "   # nothing", why));
    assert_int_equal(config.calls[0].target_count, 3);
    assert_string_equal(config.calls[0].targets[2], "c");
    assert_string_equal(config.copies[0].start, "s");
    assert_int_equal(config.banks[0].number, 1);
    assert_int_equal(config.banks[0].range.last, 0x1FFF);
    assert_true(config.has_settings);
    assert_int_equal(config.settings.last, 0x18FF);
    assert_true(config.has_stack);
    assert_int_equal(config.stack_bytes_max, 512);
    config_free(&config);
}

static void test_config_line_not_used_is_stale(void **state)
{
    (void)state;
    static const char *const lines[] = {"waive call-dark f because", "calls f g", "loop f 3"};
    char why[CONFIG_WHY_BYTES];
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct config config = {0};
        assert_false(config_is_stale(&config, why));
        assert_true(read_line(&config, lines[i], why));
        assert_true(config_is_stale(&config, why));
        config_free(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_range_both_ways_holds_first_and_last),
        cmocka_unit_test(test_config_range_without_sense_is_refused),
        cmocka_unit_test(test_config_waiver_keeps_rule_symbol_target_and_reason),
        cmocka_unit_test(test_config_live_names_are_exception_numbers),
        cmocka_unit_test(test_config_calls_copy_bank_and_limits_are_kept),
        cmocka_unit_test(test_config_line_not_used_is_stale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
