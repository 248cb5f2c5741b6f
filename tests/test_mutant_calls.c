/*
 * Goal: small promises of the headers that use seldom asks for: NACRE_BUSY for every change, a
 * format as the way out, nothing staged before begin, each granule read back as often as it is
 * said, a unit retired where a program failed, whichever call it was for.
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

/* Units that fail twice are retired one after the other, down to the three that a store needs. */
static void test_mutant_calls_retire_down_to_three_units(void **state)
{
    (void)state;
    for (uint32_t units = 4; units <= 6u; units++) {
        const uint32_t failing = units < 5u ? units - 3u : 2u;
        box_close(&box);
        box_open(&box, units);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        box.sim->faults.erase_fails = 0;
        box.sim->faults.fail_count = 2u * failing;
        for (uint32_t i = 0; i < 900u; i++) assert_int_equal(box_set(&box, 1, 4, i), NACRE_OK);
        assert_int_equal(stats_now().retired_units, failing);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(stats_now().retired_units, failing);
        assert_true(box_holds(&box, 1, 4, 899));
    }
}

/* Section 5, Damage: a first granule in either lane names the key that was lost, and no other. */
static void test_mutant_calls_know_a_lost_key_by_either_lane(void **state)
{
    (void)state;
    for (uint32_t lane = 0; lane < 2u; lane++) {
        static const uint8_t junk[FORGE_GRANULE] = { 1, 2, 3 };
        struct forge forge;
        box_close(&box);
        box_open_lanes(&box, 8, 256);
        forge_open(&forge, box.sim);
        forge_unit(&forge, 1, 1);
        for (uint32_t key = 1; key <= 3u; key++) forge_value(&forge, key, 4, 1);
        forge_value(&forge, 2, 4, 2);
        forge_value(&forge, 9, 4, 1);
        sim_nor_poke(box.sim, forge_addr(&forge, lane, 1, 4), junk, sizeof junk);
        sim_nor_flip(box.sim, forge_addr(&forge, 1u - lane, 1, 4) + 5u, 1);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_true(box_holds(&box, 1, 4, 1));
        assert_true(box_is_stale(&box, 2, 4, 1));
        assert_true(box_holds(&box, 3, 4, 1));
        assert_true(box_holds(&box, 9, 4, 1));
    }
}

/* 0x3DFF is the last key of the application's, 0x7FFE that of the library's. */
static void test_mutant_calls_know_the_last_keys(void **state)
{
    (void)state;
    uint8_t buf[4];
    uint32_t n = 0;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t key = 0x3dff; key <= 0x3e00u; key++) {
        const enum nacre_err err = key == 0x3dffu ? NACRE_OK : NACRE_BAD_ARGUMENT;
        assert_int_equal(nacre_set(&box.store, key, "ab", 2), err);
        assert_int_equal(nacre_get(&box.store, key, buf, sizeof buf, &n), err);
        assert_int_equal(nacre_factory_set(&box.store, key, "abc", 3), err);
        assert_int_equal(nacre_factory_get(&box.store, key, buf, sizeof buf, &n), err);
        assert_int_equal(nacre_remove(&box.store, key), err);
    }
    for (uint32_t key = 0x7ffe; key <= 0x7fffu; key++) {
        const enum nacre_err err = key == 0x7ffeu ? NACRE_OK : NACRE_BAD_ARGUMENT;
        assert_int_equal(nacre_own_set(&box.store, key, "ab", 2), err);
        assert_int_equal(nacre_own_get(&box.store, key, buf, sizeof buf, &n), err);
        assert_int_equal(nacre_renew(&box.store, key), err);
        assert_int_equal(nacre_own_remove(&box.store, key), err);
    }
    for (uint32_t key = 0x3fff; key <= 0x4000u; key++) {
        const enum nacre_err err = key == 0x4000u ? NACRE_OK : NACRE_BAD_ARGUMENT;
        assert_int_equal(nacre_own_set(&box.store, key, "ab", 2), err);
        assert_int_equal(nacre_own_get(&box.store, key, buf, sizeof buf, &n), err);
        assert_int_equal(nacre_own_remove(&box.store, key), err);
    }
}

/* The last unit there is does not erase: that is tried a few times, and then no more. */
static void test_mutant_calls_wear_out_no_unit_in_vain(void **state)
{
    (void)state;
    enum nacre_err err = NACRE_OK;
    box_close(&box);
    box_open(&box, 3);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 3u; i++) box.sim->unit_stuck[i] = SIM_STUCK_ERASE;
    const uint32_t erases = box.sim->counters.erases;
    for (uint32_t i = 0; i < 600u && err == NACRE_OK; i++) err = box_set(&box, 1, 4, i);
    assert_int_equal(err, NACRE_WORN_OUT);
    assert_in_range(box.sim->counters.erases - erases, 2, 8);
    assert_int_equal(stats_now().read_only, NACRE_WORN_OUT);
    assert_int_equal(box_set(&box, 1, 4, 9999), NACRE_READ_ONLY);
    assert_int_equal(box_get(&box, 1), NACRE_OK);
    assert_in_range(box.sim->counters.erases - erases, 2, 8);
}

/* Memory that can be read and not written, as flash is. */
static uint8_t flash[64];

static bool can_access(const struct nacre_medium *medium, const void *buf, uint32_t n, bool write)
{
    (void)medium;
    (void)n;
    return buf != flash || !write;
}

/* Values may lie in flash; what is to be written may not. */
static void test_mutant_calls_take_values_from_flash(void **state)
{
    (void)state;
    uint32_t length;
    bool equals = false;
    uint8_t work[NACRE_TRANSACTION_BYTES(2, 20)];
    struct nacre_transaction tx = { 0 };
    static struct nacre_medium_ops ops;
    ops = *box.sim->medium.ops;
    ops.can_access = can_access;
    box.sim->medium.ops = &ops;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(nacre_set(&box.store, 1, flash, 5), NACRE_OK);
    assert_int_equal(nacre_factory_set(&box.store, 1, flash, 6), NACRE_OK);
    assert_int_equal(nacre_own_set(&box.store, NACRE_OWN_TABLE_VERSION, flash, 4), NACRE_OK);
    assert_int_equal(nacre_own_equals(&box.store, 1, flash, 5, &equals), NACRE_OK);
    assert_true(equals);
    assert_int_equal(nacre_begin(&tx, &box.store, flash, sizeof flash), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_begin(&tx, &box.store, work, sizeof work), NACRE_OK);
    assert_int_equal(nacre_stage_set(&tx, 2, flash, 7), NACRE_OK);
    assert_int_equal(nacre_own_stage_set(&tx, 0x4002, flash, 8), NACRE_OK);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    assert_int_equal(nacre_get(&box.store, 1, flash, sizeof flash, &length), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_factory_get(&box.store, 1, flash, 8, &length), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_get(&box.store, 2, work, sizeof work, &length), NACRE_OK);
    assert_int_equal(length, 7);
}

/* A format that could not settle what was there has not begun. */
static void test_mutant_calls_format_nothing_where_nothing_can_be_settled(void **state)
{
    (void)state;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    box.sim->faults.program_fails = 0;
    box.sim->faults.fail_count = 1000;
    assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_UNSETTLED);
    sim_faults_none(&box.sim->faults);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 1, 4, 1));
}

/* The head's unit takes no program, and one more fails: done, or an error and old or empty. */
static void test_mutant_calls_format_across_a_failure(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 12u; n++) {
        box_close(&box);
        box_open(&box, 8);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
        box.sim->unit_stuck[(stats_now().generation - 1u) % 8u] = SIM_STUCK_PROGRAM;
        assert_int_equal(nacre_unmount(&box.store), NACRE_IO);
        box.sim->faults.program_fails = n;
        box.sim->faults.fail_count = 1;
        const bool is_done = nacre_format(&box.store, &box.cfg) == NACRE_OK;
        sim_faults_none(&box.sim->faults);
        memset(box.sim->unit_stuck, 0, sizeof box.sim->unit_stuck);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_true(box_lacks(&box, 1) || (!is_done && box_holds(&box, 1, 4, 1)));
    }
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

/* Each granule is read back four times; what it takes is remembered. */
static void test_mutant_calls_read_back_what_they_write(void **state)
{
    (void)state;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
    box.sim->trace = watch;
    for (uint32_t key = 2; key < 20u; key++) {
        assert_int_equal(box_set(&box, key, 4, 1), NACRE_OK);
        assert_int_equal(watched.reads, 4u);
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

/* Two changes at once; the n-th program from here on fails. */
static enum nacre_err commit_with_fault(uint32_t n, uint32_t seed)
{
    uint8_t work[NACRE_TRANSACTION_BYTES(2, 60)];
    uint8_t value[30];
    struct nacre_transaction tx = { 0 };
    assert_int_equal(nacre_begin(&tx, &box.store, work, sizeof work), NACRE_OK);
    for (uint32_t key = 1; key < 3u; key++) {
        box_value(value, key, 30, seed);
        assert_int_equal(nacre_stage_set(&tx, key, value, 30), NACRE_OK);
    }
    box.sim->faults.program_fails = n;
    box.sim->faults.fail_count = 1;
    const enum nacre_err err = nacre_commit(&tx);
    sim_faults_none(&box.sim->faults);
    return err;
}

/* Wherever in its unit a transaction meets a program that fails: done again, all or nothing. */
static void test_mutant_calls_commit_across_a_failure(void **state)
{
    (void)state;
    struct forge forge;
    for (uint32_t top = 236; top <= 256u; top++) {
        for (uint32_t n = 0; n < 8u; n++) {
            box_close(&box);
            box_open(&box, 8);
            forge_open(&forge, box.sim);
            assert_int_equal(box_reboot(&box), NACRE_OK);
            assert_int_equal(commit_with_fault(SIM_NOR_NO_COMMAND, 1), NACRE_OK);
            const uint32_t generation = stats_now().generation;
            for (uint32_t i = 0; forge_top(&forge, generation) < top; i++) {
                assert_int_equal(box_set(&box, 3, 4, i), NACRE_OK);
            }
            const uint32_t seed = commit_with_fault(n, 2) == NACRE_OK ? 2 : 1;
            for (uint32_t boot = 0; boot < 2u; boot++) {
                assert_true(box_holds(&box, 1, 30, seed));
                assert_true(box_holds(&box, 2, 30, seed));
                assert_int_equal(box_reboot(&box), NACRE_OK);
            }
        }
    }
}

/* Records in a unit that say which one is retired: they have no value. */
static uint32_t retired_records(uint32_t generation)
{
    struct forge forge;
    struct forge_record record;
    uint32_t count = 0;
    forge_open(&forge, box.sim);
    for (uint32_t slot = 1; slot < forge.slots; slot++) {
        if (!forge_read(&forge, 0, generation, slot, &record)) continue;
        if (record.key < 0x7e00u || record.key > 0x7effu) continue;
        assert_int_equal(record.length, 0);
        assert_false(record.is_stale);
        assert_int_equal(record.key, 0x7e00u + (generation - 1u) % 8u);
        count++;
    }
    return count;
}

/* A unit in which a program failed is used no more, whichever call it was for. */
static void test_mutant_calls_retire_where_a_program_failed(void **state)
{
    (void)state;
    for (uint32_t call = 0; call < 4u; call++) {
        box_close(&box);
        box_open(&box, 8);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
        assert_int_equal(box_set(&box, 2, 4, 1), NACRE_OK);
        assert_int_equal(stats_now().retired_units, 0);
        box.sim->faults.program_fails = call == 2u ? 1 : 0;
        box.sim->faults.fail_count = 1;
        if (call == 0) assert_int_equal(box_set(&box, 1, 4, 2), NACRE_OK);
        if (call == 1u) assert_int_equal(nacre_renew(&box.store, 1), NACRE_IO);
        if (call == 2u) assert_int_equal(nacre_reset(&box.store), NACRE_OK);
        if (call == 3u) assert_int_equal(commit_with_fault(0, 2), NACRE_OK);
        assert_int_equal(stats_now().retired_units, 1);
        assert_int_equal(retired_records(stats_now().generation), 1);
        assert_true(call == 2u ? box_lacks(&box, 1) : box_get(&box, 1) == NACRE_OK);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(stats_now().retired_units, 1);
        assert_true(call == 2u ? box_lacks(&box, 1) : box_get(&box, 1) == NACRE_OK);
    }
}

static void count_first_slot(const struct sim_event *event, void *context)
{
    uint32_t *const reads = context;
    if (event->command == SIM_READ && event->addr == FORGE_GRANULE) (*reads)++;
}

/* What is stale and says so is not looked at again with each change. */
static void test_mutant_calls_do_not_read_what_is_stale(void **state)
{
    (void)state;
    uint32_t reads = 0;
    struct forge forge;
    const struct forge_record stale = { .key = 1, .length = 4, .seed = 1, .is_stale = true };
    forge_open(&forge, box.sim);
    forge_unit(&forge, 1, 1);
    forge_put(&forge, &stale);
    forge_value(&forge, 2, 4, 1);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_is_stale(&box, 1, 4, 1));
    box.sim->trace = count_first_slot;
    box.sim->trace_context = &reads;
    for (uint32_t i = 0; i < 20u; i++) assert_int_equal(box_set(&box, 2, 4, i), NACRE_OK);
    assert_int_equal(reads, 0);
    assert_true(box_is_stale(&box, 1, 4, 1));
    assert_int_equal(reads, 1);
    box.sim->trace = NULL;
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
        CASE(test_mutant_calls_format_nothing_where_nothing_can_be_settled),
        CASE(test_mutant_calls_format_across_a_failure),
        CASE(test_mutant_calls_do_not_read_what_is_stale),
        CASE(test_mutant_calls_retire_down_to_three_units),
        CASE(test_mutant_calls_know_a_lost_key_by_either_lane),
        CASE(test_mutant_calls_know_the_last_keys),
        CASE(test_mutant_calls_wear_out_no_unit_in_vain),
        CASE(test_mutant_calls_take_values_from_flash),
        CASE(test_mutant_calls_commit_across_a_failure),
        CASE(test_mutant_calls_retire_where_a_program_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
