/*
 * Goal: what a caller gives that makes no sense is refused with the error that its contract names,
 * and changes nothing: keys that belong to others, null pointers, geometries that no store fits.
 *
 * Method: each edge from both sides, on a small store of four units.
 */
#include "nacre/core/check_store.h"
#include "nacre/core/own.h"
#include "nacre/core/transaction.h"
#include "tests/support/box_fixture.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define FIRST_OWN 0x4000u
#define LAST_OWN 0x7ffeu

static int begin_mounted(void **state)
{
    (void)box_begin_four(state);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static void test_core_own_keys_end_where_they_should(void **state)
{
    (void)state;
    static const uint32_t bad[] = { FIRST_OWN - 1u, LAST_OWN + 1u, 0, 0xffffu, UINT32_MAX };
    static const uint32_t good[] = { FIRST_OWN, LAST_OWN, 0x7f01u };
    uint8_t byte = 1;
    uint32_t n = 0;
    for (uint32_t i = 0; i < 5u; i++) {
        assert_int_equal(nacre_own_set(&box.store, bad[i], &byte, 1), NACRE_BAD_ARGUMENT);
        assert_int_equal(nacre_own_get(&box.store, bad[i], &byte, 1, &n), NACRE_BAD_ARGUMENT);
        assert_int_equal(nacre_own_remove(&box.store, bad[i]), NACRE_BAD_ARGUMENT);
    }
    for (uint32_t i = 0; i < 3u; i++) {
        byte = (uint8_t)(i + 5u);
        assert_int_equal(nacre_own_set(&box.store, good[i], &byte, 1), NACRE_OK);
        byte = 0;
        assert_int_equal(nacre_own_get(&box.store, good[i], &byte, 1, &n), NACRE_OK);
        assert_int_equal(byte, i + 5u);
        assert_int_equal(nacre_own_remove(&box.store, good[i]), NACRE_OK);
        assert_int_equal(nacre_own_get(&box.store, good[i], &byte, 1, &n), NACRE_NOT_FOUND);
    }
}

static void test_core_factory_values_refuse_what_is_none(void **state)
{
    (void)state;
    uint8_t byte = 1;
    uint32_t n = 0;
    const uint32_t beyond = NACRE_KEY_MAX + 1u;
    assert_int_equal(nacre_factory_set(&box.store, beyond, &byte, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_factory_get(&box.store, beyond, &byte, 1, &n), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_factory_set(&box.store, 1, NULL, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_factory_get(&box.store, 1, &byte, 1, &n), NACRE_NOT_FOUND);
    assert_int_equal(nacre_factory_set(&box.store, 1, NULL, 0), NACRE_OK);
    assert_int_equal(nacre_factory_get(&box.store, 1, &byte, 1, &n), NACRE_OK);
    assert_int_equal(n, 0);
    assert_int_equal(nacre_factory_set(&box.store, NACRE_KEY_MAX, &byte, 1), NACRE_OK);
    assert_int_equal(nacre_factory_set(&box.store, NACRE_KEY_MAX, &byte, 1), NACRE_OK);
    byte = 2;
    assert_int_equal(nacre_factory_set(&box.store, NACRE_KEY_MAX, &byte, 1), NACRE_WRITTEN_ONCE);
}

static void test_core_equals_knows_lengths_and_memory(void **state)
{
    (void)state;
    static uint8_t value[NACRE_VALUE_BYTES_MAX + 1u];
    bool equals = true;
    memset(value, 7, sizeof value);
    assert_int_equal(nacre_set(&box.store, 3, value, 40), NACRE_OK);
    assert_int_equal(nacre_own_equals(&box.store, 3, value, 40, &equals), NACRE_OK);
    assert_true(equals);
    assert_int_equal(nacre_own_equals(&box.store, 3, value, 39, &equals), NACRE_OK);
    assert_false(equals);
    assert_int_equal(nacre_own_equals(&box.store, 3, value, sizeof value, &equals), NACRE_OK);
    assert_false(equals);
    assert_int_equal(nacre_own_equals(&box.store, 4, value, 0, &equals), NACRE_OK);
    assert_false(equals);
    box.sim->unreadable = value;
    box.sim->unreadable_bytes = sizeof value;
    assert_int_equal(nacre_own_equals(&box.store, 3, value, 40, &equals), NACRE_BAD_BUFFER);
}

static void test_core_null_pointers_are_refused(void **state)
{
    (void)state;
    bool more;
    uint8_t byte;
    assert_int_equal(nacre_get(&box.store, 1, &byte, 1, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_next(&box.store, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_idle(&box.store, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stats(&box.store, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_check_store(&box.store, NULL, NULL, NULL), NACRE_OK);
    assert_int_equal(nacre_mount(NULL, &box.cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_format(NULL, &box.cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_idle(NULL, &more), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_renew(&box.store, LAST_OWN + 1u), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_renew(NULL, 1), NACRE_NOT_MOUNTED);
}

static void test_core_transactions_refuse_what_is_none(void **state)
{
    (void)state;
    struct nacre_transaction tx = { .begun = 0 };
    uint8_t buf[64];
    const uint8_t *value;
    uint32_t n;
    assert_int_equal(nacre_begin(NULL, &box.store, buf, 64), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_begin(&tx, &box.store, NULL, 64), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stage_set(NULL, 1, buf, 1), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_stage_set(&tx, 1, buf, 1), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_stage_remove(&tx, 1), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_own_stage_set(&tx, 1, buf, 1), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_own_stage_remove(&tx, 1), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_own_staged(&tx, 1, &value, &n), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_commit(NULL), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_abandon(&tx), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_begin(&tx, &box.store, buf, 64), NACRE_OK);
    const uint32_t beyond = NACRE_KEY_MAX + 1u;
    assert_int_equal(nacre_stage_set(&tx, beyond, "a", 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stage_remove(&tx, beyond), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_own_stage_set(&tx, LAST_OWN + 1u, "a", 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_own_stage_remove(&tx, LAST_OWN + 1u), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stage_set(&tx, NACRE_KEY_MAX, "a", 1), NACRE_OK);
    assert_int_equal(nacre_stage_remove(&tx, NACRE_KEY_MAX), NACRE_OK);
    assert_int_equal(nacre_own_stage_set(&tx, LAST_OWN, "a", 1), NACRE_OK);
    assert_int_equal(nacre_own_stage_remove(&tx, LAST_OWN), NACRE_OK);
    assert_int_equal(nacre_own_staged(&tx, LAST_OWN, &value, &n), NACRE_OK);
    assert_null(value);
    assert_int_equal(nacre_abandon(&tx), NACRE_OK);
}

/* The longest value is set, found, compared and staged; one byte more is refused. */
static void test_core_longest_value_is_taken(void **state)
{
    (void)state;
    static uint8_t value[NACRE_VALUE_BYTES_MAX + 1u];
    static uint8_t found[NACRE_VALUE_BYTES_MAX];
    static uint8_t buf[NACRE_TRANSACTION_BYTES(1, NACRE_VALUE_BYTES_MAX)];
    struct nacre_transaction tx = { .begun = 0 };
    const uint32_t n = NACRE_VALUE_BYTES_MAX;
    uint32_t length = 0;
    bool equals = false;
    box_close(&box);
    box_open(&box, 8);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    memset(value, 9, sizeof value);
    assert_int_equal(nacre_set(&box.store, 1, value, n), NACRE_OK);
    assert_int_equal(nacre_set(&box.store, 1, value, n + 1u), NACRE_TOO_LARGE);
    assert_int_equal(nacre_own_equals(&box.store, 1, value, n, &equals), NACRE_OK);
    assert_true(equals);
    assert_int_equal(nacre_begin(&tx, &box.store, buf, sizeof buf), NACRE_OK);
    assert_int_equal(nacre_stage_set(&tx, 2, value, n + 1u), NACRE_TOO_LARGE);
    assert_int_equal(nacre_stage_set(&tx, 2, value, n), NACRE_OK);
    assert_int_equal(nacre_stage_remove(&tx, 3), NACRE_TRANSACTION_FULL);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(nacre_get(&box.store, 2, found, n, &length), NACRE_OK);
    assert_int_equal(length, n);
    assert_memory_equal(found, value, n);
}

struct geometry_case {
    struct nacre_geometry geometry;
    enum nacre_err err;
};

static void test_core_geometries_are_told_apart(void **state)
{
    (void)state;
    static const struct geometry_case cases[] = {
        { { 1024, 4, 16, 0, 16, 0 }, NACRE_REGION_UNALIGNED },
        { { 1024, 4, 16, 384, 16, 0 }, NACRE_REGION_UNALIGNED },
        { { 1024, 4, 16, 8, 16, 0 }, NACRE_REGION_UNALIGNED },
        { { 1024, 4, 0, 256, 16, 0 }, NACRE_REGION_UNALIGNED },
        { { 1024, 4, 3, 256, 16, 0 }, NACRE_REGION_UNALIGNED },
        { { 1024, 4, 32, 256, 32, 0 }, NACRE_REGION_UNALIGNED },
        { { 0, 4, 16, 256, 16, 0 }, NACRE_NO_REGION },
        { { 1024, 0, 16, 256, 16, 0 }, NACRE_NO_REGION },
        { { 1024, 2, 16, 256, 16, 0 }, NACRE_REGION_TOO_SMALL },
        { { 1008, 4, 16, 1008, 16, 0 }, NACRE_REGION_TOO_SMALL },
        { { 368, 4, 16, 16, 16, 0 }, NACRE_REGION_TOO_SMALL },
        { { 2400, 4, 16, 100, 16, 80 }, NACRE_REGION_UNALIGNED },
        { { 2400, 4, 16, 96, 96, 96 }, NACRE_REGION_UNALIGNED },
        { { 4800, 4, 16, 160, 80, 80 }, NACRE_REGION_UNALIGNED },
        { { 2400, 4, 16, 40, 40, 40 }, NACRE_REGION_UNALIGNED },
        { { 1840, 4, 16, 80, 80, 80 }, NACRE_REGION_TOO_SMALL },
        { { 1024, 12, 16, 256, 2048, 0 }, NACRE_CUT_TOO_COARSE },
        { { 1024, 5, 16, 64, 64, 0 }, NACRE_CUT_TOO_COARSE },
        { { 1024, 4, 16, 256, 48, 0 }, NACRE_CUT_TOO_COARSE },
        { { 1024, 257, 16, 256, 16, 0 }, NACRE_REGION_TOO_LARGE },
        { { 131072, 4, 16, 256, 16, 0 }, NACRE_REGION_TOO_LARGE },
        { { 65536, 17, 16, 256, 16, 0 }, NACRE_REGION_TOO_LARGE },
    };
    const struct nacre_geometry kept = box.sim->medium.geometry;
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        box.sim->medium.geometry = cases[i].geometry;
        const enum nacre_err err = nacre_mount(&box.store, &box.cfg);
        if (err != cases[i].err) fail_msg("case %u answers %d", i, (int)err);
    }
    box.sim->medium.geometry = kept;
    assert_int_equal(box.sim->counters.reads, 0);
}

/* Granules smaller than ours are programmed several at a time. */
static void test_core_small_granules_are_taken(void **state)
{
    (void)state;
    box.sim->medium.geometry.granule_bytes = 8;
    assert_int_equal(nacre_mount(&box.store, &box.cfg), NACRE_OK);
    box.sim->medium.geometry.granule_bytes = 16;
}

struct counts {
    uint32_t now;
    uint32_t taken;
};

static void take_lock(void *context)
{
    struct counts *const counts = context;
    assert_int_equal(counts->now, 0);
    counts->now = 1;
    counts->taken++;
}

static void give_lock(void *context)
{
    struct counts *const counts = context;
    assert_int_equal(counts->now, 1);
    counts->now = 0;
}

/* Every call takes the lock once and gives it back, whatever it answers. */
static void test_core_lock_is_taken_and_given_back(void **state)
{
    (void)state;
    struct counts counts = { 0, 0 };
    const struct nacre_lock lock = { take_lock, give_lock, &counts };
    struct nacre_transaction tx = { .begun = 0 };
    uint8_t buf[64];
    uint32_t n = 0;
    uint32_t key = 0;
    struct nacre_stats stats;
    bool more;
    box.cfg.lock = &lock;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    const uint32_t before = counts.taken;
    assert_int_equal(nacre_set(&box.store, 1, "ab", 2), NACRE_OK);
    assert_int_equal(nacre_get(&box.store, 1, buf, 1, &n), NACRE_TOO_SMALL);
    assert_int_equal(nacre_remove(&box.store, 2), NACRE_NOT_FOUND);
    assert_int_equal(nacre_next(&box.store, &key), NACRE_OK);
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_int_equal(nacre_idle(&box.store, &more), NACRE_OK);
    assert_int_equal(nacre_check_store(&box.store, NULL, NULL, NULL), NACRE_OK);
    assert_int_equal(nacre_begin(&tx, &box.store, buf, sizeof buf), NACRE_OK);
    assert_int_equal(nacre_stage_set(&tx, 3, "c", 1), NACRE_OK);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    assert_int_equal(nacre_reset(&box.store), NACRE_OK);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_int_equal(counts.now, 0);
    assert_in_range(counts.taken - before, 10, 12);
    assert_int_equal(nacre_get(&box.store, 1, buf, 1, &n), NACRE_NOT_MOUNTED);
    assert_int_equal(counts.now, 0);
}

/* While one call waits for the lock, another one unmounts. */
static struct nacre_store *to_close;

static void take_and_close(void *context)
{
    (void)context;
    if (to_close != NULL) to_close->mounted = 0;
}

static void give_nothing(void *context)
{
    (void)context;
}

static void test_core_store_that_was_closed_meanwhile_refuses(void **state)
{
    (void)state;
    const struct nacre_lock lock = { take_and_close, give_nothing, NULL };
    box.cfg.lock = &lock;
    to_close = NULL;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    to_close = &box.store;
    assert_int_equal(nacre_set(&box.store, 1, "a", 1), NACRE_NOT_MOUNTED);
    to_close = NULL;
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin_mounted, box_end)
#define BLANK(name) cmocka_unit_test_setup_teardown(name, box_begin_four, box_end)
    const struct CMUnitTest tests[] = {
        CASE(test_core_own_keys_end_where_they_should),
        CASE(test_core_factory_values_refuse_what_is_none),
        CASE(test_core_equals_knows_lengths_and_memory),
        CASE(test_core_null_pointers_are_refused),
        CASE(test_core_transactions_refuse_what_is_none),
        CASE(test_core_longest_value_is_taken),
        BLANK(test_core_geometries_are_told_apart),
        BLANK(test_core_small_granules_are_taken),
        BLANK(test_core_lock_is_taken_and_given_back),
        BLANK(test_core_store_that_was_closed_meanwhile_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
