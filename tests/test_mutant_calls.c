/*
 * Goal: small promises of the headers that use seldom asks for: NACRE_BUSY for every change, a
 * format as the way out, nothing staged before begin, each granule read back as often as it is said.
 *
 * Method: calls on a box; the chip's events are counted.
 */
#include "tests/support/box_fixture.h"
#include "tests/support/forge.h"

#include "nacre/core/transaction.h"
#include "nacre/core/wipe.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

static struct nacre_stats stats_now(void)
{
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    return stats;
}

/* A format clears what made the store read-only. */
static void test_mutant_calls_format_a_store_of_too_many_keys(void **state)
{
    (void)state;
    struct forge forge;
    forge_open(&forge, box.sim);
    forge_unit(&forge, 1, 1);
    for (uint32_t key = 0; key < 5u; key++) forge_value(&forge, key, 4, 1);
    box.cfg.index_count = 3;
    assert_int_equal(box_reboot(&box), NACRE_KEYS_FULL);
    assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
    assert_int_equal(box_set(&box, 7, 4, 1), NACRE_OK);
    assert_int_equal(stats_now().index_used, 1);
}

/* Every call that may write answers NACRE_BUSY while an erase goes on, where that is wanted. */
static void test_mutant_calls_are_refused_while_busy(void **state)
{
    (void)state;
    bool more;
    bool equals;
    static uint8_t work[64];
    struct nacre_transaction tx = { 0 };
    box.cfg.refuse_when_busy = true;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 600u && box.sim->erase_addr == SIM_NOR_NO_COMMAND; i++) {
        assert_int_equal(box_set(&box, 1, 4, i), NACRE_OK);
        assert_int_equal(nacre_idle(&box.store, &more), NACRE_OK);
    }
    assert_true(box.sim->erase_addr != SIM_NOR_NO_COMMAND);
    const uint32_t programs = box.sim->counters.programs;
    assert_int_equal(nacre_renew(&box.store, 1), NACRE_BUSY);
    assert_int_equal(nacre_reset(&box.store), NACRE_BUSY);
    assert_int_equal(nacre_remove(&box.store, 1), NACRE_BUSY);
    assert_int_equal(box_set(&box, 1, 4, 9999), NACRE_BUSY);
    assert_int_equal(nacre_factory_set(&box.store, 1, "a", 1), NACRE_BUSY);
    assert_int_equal(nacre_own_equals(&box.store, 1, "a", 1, &equals), NACRE_BUSY);
    assert_int_equal(nacre_begin(&tx, &box.store, work, sizeof work), NACRE_OK);
    assert_int_equal(nacre_stage_remove(&tx, 1), NACRE_OK);
    assert_int_equal(nacre_commit(&tx), NACRE_BUSY);
    assert_int_equal(box.sim->counters.programs, programs);
    assert_int_equal(stats_now().erase_waits, 0);
}

/* Without begin nothing is staged, whatever is asked for. */
static void test_mutant_calls_stage_nothing_before_begin(void **state)
{
    (void)state;
    static const uint32_t keys[] = { 1, 0x3e00, 0x4001, 0x7fff, UINT32_MAX };
    const uint8_t *value;
    uint32_t n;
    struct nacre_transaction tx = { 0 };
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 5u; i++) {
        assert_int_equal(nacre_stage_set(&tx, keys[i], "a", 1), NACRE_NOT_BEGUN);
        assert_int_equal(nacre_stage_remove(&tx, keys[i]), NACRE_NOT_BEGUN);
        assert_int_equal(nacre_own_stage_set(&tx, keys[i], "a", 1), NACRE_NOT_BEGUN);
        assert_int_equal(nacre_own_stage_remove(&tx, keys[i]), NACRE_NOT_BEGUN);
        assert_int_equal(nacre_own_staged(&tx, keys[i], &value, &n), NACRE_NOT_BEGUN);
        assert_int_equal(nacre_stage_set(NULL, keys[i], "a", 1), NACRE_NOT_BEGUN);
        assert_int_equal(nacre_stage_remove(NULL, keys[i]), NACRE_NOT_BEGUN);
    }
    assert_int_equal(nacre_commit(&tx), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_abandon(&tx), NACRE_NOT_BEGUN);
}

static struct {
    uint32_t addr;
    uint32_t reads;
} watched;

static void watch(const struct sim_event *event, void *context)
{
    (void)context;
    if (event->command == SIM_PROGRAM) watched.addr = event->addr;
    if (event->command == SIM_PROGRAM) watched.reads = 0;
    if (event->command == SIM_READ && event->addr == watched.addr) watched.reads++;
}

/* Each granule is read back four times; once more when it is counted. */
static void test_mutant_calls_read_back_what_they_write(void **state)
{
    (void)state;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
    box.sim->trace = watch;
    for (uint32_t key = 2; key < 20u; key++) {
        assert_int_equal(box_set(&box, key, 4, 1), NACRE_OK);
        assert_int_equal(watched.reads, 4u + 1u);
    }
}

static void test_mutant_calls_wipe_no_byte_too_many(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 8u; n++) {
        uint8_t bytes[8];
        memset(bytes, 0xa5, sizeof bytes);
        nacre_wipe(bytes, n);
        for (uint32_t i = 0; i < sizeof bytes; i++) assert_int_equal(bytes[i], i < n ? 0 : 0xa5);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, box_begin_four, box_end)
    const struct CMUnitTest tests[] = {
        CASE(test_mutant_calls_format_a_store_of_too_many_keys),
        CASE(test_mutant_calls_are_refused_while_busy),
        CASE(test_mutant_calls_stage_nothing_before_begin),
        CASE(test_mutant_calls_read_back_what_they_write),
        CASE(test_mutant_calls_wipe_no_byte_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
