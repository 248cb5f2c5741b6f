/*
 * Goal    the costs in the report are those of the events, each save for itself.
 * Method  event streams made by hand, with sums and maxima that can be seen.
 */
#include "tools/demo/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ledger ledger;

static bool was_durable;

static void send_call(enum twin_event_kind kind, const char *symbol, uint64_t time_ps,
                      uint64_t call_ps, uint32_t result)
{
    struct twin_event event = {.kind = kind, .time_ps = time_ps};
    event.u.call.symbol = symbol;
    event.u.call.call_ps = call_ps;
    event.u.call.result = result;
    was_durable = ledger_event(&ledger, &event);
}

static void send_command(enum twin_command_class class, uint32_t bytes)
{
    struct twin_event event = {.kind = TWIN_EVENT_COMMAND};
    event.u.command.class = class;
    event.u.command.bytes = bytes;
    (void)ledger_event(&ledger, &event);
}

static void send_program(uint32_t bytes)
{
    send_command(TWIN_COMMAND_PROGRAM, bytes);
}

static void send_dark(uint64_t length_ps)
{
    struct twin_event event = {.kind = TWIN_EVENT_BLACKOUT_END};
    event.u.blackout.length_ps = length_ps;
    (void)ledger_event(&ledger, &event);
}

static void send_irq(uint64_t dark_ps)
{
    struct twin_event event = {.kind = TWIN_EVENT_IRQ_TAKEN};
    event.u.irq.dark_ps = dark_ps;
    (void)ledger_event(&ledger, &event);
}

static void one_save(uint32_t bytes, uint32_t result)
{
    send_call(TWIN_EVENT_CALL, "nacre_set", 1000, 1000, 0);
    if (bytes != 0) send_program(bytes);
    send_dark(300);
    send_irq(40);
    send_dark(200);
    send_irq(30);
    send_call(TWIN_EVENT_RETURN, "nacre_set", 9000, 1000, result);
}

static void test_ledger_costs_are_summed_per_save(void **state)
{
    (void)state;
    ledger_init(&ledger);
    ledger.line = 7;
    send_program(64);
    send_dark(5000);
    send_irq(5000);
    one_save(16, 0);
    send_dark(6000);
    one_save(32, 0);
    assert_true(was_durable);
    assert_int_equal(ledger.save_count, 2);
    assert_int_equal(ledger.saves[0].line, 7);
    assert_int_equal(ledger.saves[0].programmed_bytes, 16);
    assert_int_equal(ledger.saves[1].programmed_bytes, 32);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(ledger.saves[i].durable_ps, 8000);
        assert_int_equal(ledger.saves[i].longest_blackout_ps, 300);
        assert_int_equal(ledger.saves[i].dark_ps, 500);
        assert_int_equal(ledger.saves[i].latency_added_ps, 40);
    }
    ledger_free(&ledger);
}

static void test_ledger_what_is_no_save_is_not_counted(void **state)
{
    (void)state;
    ledger_init(&ledger);
    one_save(0, 0); /* an equal value */
    assert_true(was_durable);
    one_save(16, 61); /* refused */
    assert_false(was_durable);
    send_call(TWIN_EVENT_CALL, "nacre_set", 1000, 1000, 0);
    send_program(16);
    ledger_power_off(&ledger); /* cut */
    send_call(TWIN_EVENT_RETURN, "nacre_set", 9000, 1000, 0);
    assert_false(was_durable);
    send_call(TWIN_EVENT_CALL, "nacre_get", 1000, 1000, 0);
    send_program(16);
    send_call(TWIN_EVENT_RETURN, "nacre_get", 9000, 1000, 0);
    assert_int_equal(ledger.save_count, 0);
    ledger_free(&ledger);
}

static void test_ledger_save_is_the_outermost_call(void **state)
{
    (void)state;
    ledger_init(&ledger);
    send_call(TWIN_EVENT_CALL, "nacre_settings_set", 500, 500, 0);
    send_dark(100);
    one_save(16, 0);
    assert_true(was_durable); /* from here on a cut must find the new value */
    assert_int_equal(ledger.save_count, 0);
    send_call(TWIN_EVENT_RETURN, "nacre_settings_set", 9500, 500, 0);
    assert_int_equal(ledger.save_count, 1);
    assert_int_equal(ledger.saves[0].durable_ps, 9000);
    assert_int_equal(ledger.saves[0].dark_ps, 600);
    assert_int_equal(ledger.saves[0].programmed_bytes, 16);
    send_call(TWIN_EVENT_CALL, "nacre_settings_set", 500, 500, 0);
    send_call(TWIN_EVENT_CALL, "nacre_set", 1000, 1000, 0);
    ledger_power_off(&ledger); /* cut */
    one_save(32, 0);
    assert_int_equal(ledger.save_count, 2);
    ledger_free(&ledger);
}

static void test_ledger_dark_of_an_erase_is_its_start_and_its_polls(void **state)
{
    (void)state;
    ledger_init(&ledger);
    send_dark(9000);
    send_command(TWIN_COMMAND_ERASE, 4096);
    send_dark(700);
    send_command(TWIN_COMMAND_OTHER, 0);
    send_dark(200);
    send_dark(200);
    send_program(16);
    send_dark(8000);
    send_command(TWIN_COMMAND_ERASE, 4096);
    send_dark(500);
    assert_int_equal(ledger.erase_count, 2);
    assert_int_equal(ledger.erase_dark_longest_ps, 1100);
    ledger_free(&ledger);
}

static void test_ledger_holds_more_than_its_first_room(void **state)
{
    const struct ledger_boot boot = {.found = 50};
    (void)state;
    ledger_init(&ledger);
    for (unsigned i = 0; i < 1000; i++) {
        one_save(16 + i, 0);
        ledger_boot(&ledger, &boot);
    }
    assert_int_equal(ledger.save_count, 1000);
    assert_int_equal(ledger.boot_count, 1000);
    assert_int_equal(ledger.saves[999].programmed_bytes, 1015);
    ledger_free(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ledger_costs_are_summed_per_save),
        cmocka_unit_test(test_ledger_what_is_no_save_is_not_counted),
        cmocka_unit_test(test_ledger_save_is_the_outermost_call),
        cmocka_unit_test(test_ledger_dark_of_an_erase_is_its_start_and_its_polls),
        cmocka_unit_test(test_ledger_holds_more_than_its_first_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
