/*
 * Goal: what nacre_stats tells is what happened, and the choices that a store makes from its
 * geometry and its bytes are those of docs/format.md: one lane or two, new or foreign, a unit that
 * is trusted or erased again.
 *
 * Method: the simulated chip counts, too; regions are made byte by byte.
 */
#include "nacre/core/check_store.h"
#include "nacre/core/lost.h"
#include "tests/support/box_fixture.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define UNIT_BYTES 4096u
#define GRANULE 16u

static struct nacre_stats stats_now(void)
{
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    return stats;
}

static void test_core_counts_are_the_chips(void **state)
{
    (void)state;
    box.sim->counters = (struct sim_counters){ .programs = 0 };
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 900u; i++) {
        assert_int_equal(box_set(&box, i % 7u, i % 30u, i), NACRE_OK);
        if (i % 9u == 0) box_rest(&box);
        const struct nacre_stats stats = stats_now();
        assert_int_equal(stats.programs, box.sim->counters.programs);
        assert_int_equal(stats.programmed_bytes, box.sim->counters.programmed_bytes);
        assert_int_equal(stats.erases, box.sim->counters.erases);
        assert_int_equal(stats.index_used, i < 6u ? i + 1u : 7u);
        assert_int_equal(stats.unit_count, 4);
        assert_int_equal(stats.lane_count, 1);
        assert_int_equal(stats.read_only, NACRE_OK);
    }
    assert_true(stats_now().erases > 3u);
}

/* After an unmount nothing is settled; after a cut, once. */
static void test_core_counts_settlings(void **state)
{
    (void)state;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(stats_now().settles, 0);
    assert_int_equal(stats_now().programs, 0);
    assert_int_equal(box_set(&box, 1, 4, 2), NACRE_OK);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(stats_now().settles, 1);
    assert_int_equal(stats_now().programs, 2);
    assert_int_equal(stats_now().programmed_bytes, 2u * GRANULE);
}

/* The granules that live: one for 8 bytes, two for 9, five for 68; a removal while it must. */
static void test_core_counts_what_lives(void **state)
{
    (void)state;
    static const uint32_t lengths[] = { 0, 4, 8, 9, 23, 24, 68 };
    static const uint32_t granules[] = { 1, 1, 1, 2, 2, 3, 5 };
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(box_set(&box, 9, 1, 1), NACRE_OK); /* takes what is to be said with it */
    uint32_t live = stats_now().live_granules;
    for (uint32_t i = 0; i < 7u; i++) {
        assert_int_equal(box_set(&box, i, lengths[i], 5), NACRE_OK);
        live += granules[i];
        assert_int_equal(stats_now().live_granules, live);
        assert_int_equal(box_set(&box, i, lengths[i], 6), NACRE_OK);
        assert_int_equal(stats_now().live_granules, live);
    }
    assert_int_equal(nacre_remove(&box.store, 6), NACRE_OK);
    assert_int_equal(stats_now().live_granules, live - 4u);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(nacre_reset(&box.store), NACRE_OK);
    assert_int_equal(box_set(&box, 5, 4, 1), NACRE_OK);
    assert_int_equal(stats_now().live_granules, 1);
}

static void test_core_counts_calls_that_wait(void **state)
{
    (void)state;
    bool more;
    uint32_t waits = 0;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 3000u && waits < 5u; i++) {
        assert_int_equal(box_set(&box, 1, 4, i), NACRE_OK);
        assert_int_equal(nacre_idle(&box.store, &more), NACRE_OK);
        if (box.sim->erase_addr == SIM_NOR_NO_COMMAND) continue;
        assert_int_equal(stats_now().erase_waits, waits);
        assert_int_equal(box_set(&box, 2, 4, i), NACRE_OK);
        waits++;
        assert_int_equal(stats_now().erase_waits, waits);
        assert_int_equal(box_set(&box, 3, 4, i), NACRE_OK);
        assert_int_equal(stats_now().erase_waits, waits);
    }
    assert_int_equal(waits, 5);
}

/* A unit that a record vouches for is not erased again by the next boot. */
static void test_core_counts_no_second_erase(void **state)
{
    (void)state;
    uint32_t boots = 0;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 2500u; i++) {
        assert_int_equal(box_set(&box, i % 3u, 4, i), NACRE_OK);
        if (i % 5u == 0) box_rest(&box);
        if (i % 40u != 39u) continue;
        assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        boots++;
    }
    /* 2500 sets and a settling of 17 granules and a few notes a boot, in units of 255. */
    assert_int_equal(boots, 62);
    assert_true(box.sim->counters.erases <= (2500u + boots * 22u) / 255u + 3u);
}

static void mount_with_cut(uint32_t cut_bytes, uint32_t lanes, uint32_t survived)
{
    box_open(&box, 14);
    box.sim->medium.geometry.cut_bytes = cut_bytes;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(stats_now().lane_count, lanes);
    assert_int_equal(stats_now().unit_count, 14u / lanes);
    assert_true(stats_now().cut_bytes_survived >= survived);
    assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    const uint32_t cut = (cut_bytes + GRANULE - 1u) / GRANULE;
    const bool is_unit = cut * 16u > UNIT_BYTES / GRANULE || UNIT_BYTES / GRANULE % cut != 0;
    assert_int_equal(stats_now().erases != 0, lanes == 2u && is_unit);
    assert_true(box_holds(&box, 1, 4, 1));
    box_close(&box);
}

/* Whoever loses more than a granule in a cut gets two lanes; whoever loses much, fresh units. */
static void test_core_counts_lanes_by_what_a_cut_spoils(void **state)
{
    (void)state;
    box_close(&box);
    mount_with_cut(1, 1, 1);
    mount_with_cut(16, 1, 16);
    mount_with_cut(17, 2, 17);
    mount_with_cut(32, 2, 32);
    mount_with_cut(256, 2, 256);
    mount_with_cut(512, 2, 512);
    mount_with_cut(48, 2, 48);
    mount_with_cut(4096, 2, 4096);
    box_open(&box, 4);
}

static enum nacre_err mount_with_traces(uint32_t count, uint32_t first)
{
    static const uint8_t trace[GRANULE] = { 1, 2, 3 };
    uint8_t blank[UNIT_BYTES];
    memset(blank, 0xff, sizeof blank);
    for (uint32_t unit = 0; unit < 4u; unit++) {
        sim_nor_poke(box.sim, unit * UNIT_BYTES, blank, UNIT_BYTES);
    }
    for (uint32_t i = 0; i < count; i++) {
        sim_nor_poke(box.sim, 3u * UNIT_BYTES + (first + i) * GRANULE, trace, GRANULE);
    }
    return box_reboot(&box);
}

/* At most 4 granules in slots 6 to 29 of the last unit pass for traces of a first mount. */
static void test_core_counts_traces_of_first_mounts(void **state)
{
    (void)state;
    assert_int_equal(mount_with_traces(0, 0), NACRE_OK);
    assert_int_equal(mount_with_traces(1, 6), NACRE_OK);
    assert_int_equal(mount_with_traces(4, 6), NACRE_OK);
    assert_int_equal(mount_with_traces(4, 26), NACRE_OK);
    assert_int_equal(mount_with_traces(5, 6), NACRE_FOREIGN);
    assert_int_equal(mount_with_traces(1, 5), NACRE_FOREIGN);
    assert_int_equal(mount_with_traces(1, 30), NACRE_FOREIGN);
    assert_int_equal(mount_with_traces(1, 255), NACRE_FOREIGN);
}

/* Up to NACRE_LOST_MAX keys are known one by one; with more, any may be lost. */
static void test_core_counts_lost_keys(void **state)
{
    (void)state;
    struct nacre_lost lost = { .count = 0 };
    assert_false(nacre_lost_concerns(&lost, 0));
    for (uint32_t i = 0; i < NACRE_LOST_MAX; i++) {
        nacre_lost_add(&lost, 10u + i);
        nacre_lost_add(&lost, 10u + i);
        assert_int_equal(lost.count, i + 1u);
        for (uint32_t k = 0; k < 20u; k++) {
            assert_int_equal(nacre_lost_concerns(&lost, 5u + k), k >= 5u && k <= 5u + i);
        }
        assert_false(lost.is_any);
    }
    nacre_lost_add(&lost, 10u);
    assert_false(nacre_lost_concerns(&lost, 3));
    nacre_lost_add(&lost, 99u);
    assert_true(nacre_lost_concerns(&lost, 3));
    assert_int_equal(lost.count, NACRE_LOST_MAX);
}

struct findings {
    uint32_t count;
    struct nacre_finding last;
};

static void take_finding(const struct nacre_finding *finding, void *context)
{
    struct findings *const findings = context;
    findings->count++;
    findings->last = *finding;
}

/* A unit whose erase fails twice is named by its number. */
static void test_core_counts_name_the_unit_that_failed(void **state)
{
    (void)state;
    struct findings findings = { .count = 0 };
    struct nacre_check_summary summary;
    box_close(&box);
    box_open(&box, 6);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 700u; i++) assert_int_equal(box_set(&box, 1, 4, i), NACRE_OK);
    const uint32_t next = stats_now().generation % 6u;
    box.sim->faults.erase_fails = 0;
    box.sim->faults.fail_count = 2;
    for (uint32_t i = 0; i < 300u; i++) assert_int_equal(box_set(&box, 2, 4, i), NACRE_OK);
    assert_int_equal(stats_now().retired_units, 1);
    assert_int_equal(nacre_check_store(&box.store, &summary, take_finding, &findings), NACRE_OK);
    assert_int_equal(summary.retired, 1);
    assert_int_equal(summary.damaged + summary.stale + summary.one_lane, 0);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.last.kind, NACRE_FOUND_RETIRED);
    const uint32_t unit = findings.last.unit;
    assert_true(unit == next || unit == (next + 1u) % 6u);
    assert_int_equal(findings.last.key, 0x7e00u + unit);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(stats_now().retired_units, 1);
    assert_true(box_holds(&box, 1, 4, 699));
    assert_true(box_holds(&box, 2, 4, 299));
}

/* What lies behind the entries in use is nobody's. */
static void test_core_counts_no_entry_too_many(void **state)
{
    (void)state;
    struct nacre_check_summary summary;
    uint32_t key = 0;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 5u; i++) assert_int_equal(box_set(&box, i, 3, i), NACRE_OK);
    sim_nor_power_on(box.sim);
    memset(box.index, 0xff, sizeof box.index);
    assert_int_equal(nacre_mount(&box.store, &box.cfg), NACRE_OK);
    assert_int_equal(nacre_check_store(&box.store, &summary, NULL, NULL), NACRE_OK);
    assert_int_equal(summary.stale + summary.retired + summary.damaged, 0);
    assert_int_equal(stats_now().stale_keys, 0);
    assert_int_equal(stats_now().index_used, 5);
    for (uint32_t i = 0; i < 5u; i++, key++) {
        assert_int_equal(nacre_next(&box.store, &key), NACRE_OK);
        assert_int_equal(key, i);
    }
    assert_int_equal(nacre_next(&box.store, &key), NACRE_NOT_FOUND);
}

/* A granule that is not blank is never programmed: the record goes elsewhere. */
static void test_core_counts_no_program_over_others(void **state)
{
    (void)state;
    static const uint8_t junk[GRANULE] = { 0, 0, 0, 0x70 };
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 20u; i++) {
        const uint32_t unit = (stats_now().generation - 1u) % 4u;
        uint32_t slot = 255;
        uint8_t granule[GRANULE];
        uint8_t blank[GRANULE];
        memset(blank, 0xff, sizeof blank);
        assert_int_equal(box_set(&box, 1, 4, i), NACRE_OK);
        for (; slot > 0; slot--) {
            sim_nor_peek(box.sim, unit * UNIT_BYTES + slot * GRANULE, granule, GRANULE);
            if (memcmp(granule, blank, GRANULE) != 0) break;
        }
        if (slot + 1u < 256u && i % 3u == 0) {
            sim_nor_poke(box.sim, unit * UNIT_BYTES + (slot + 1u) * GRANULE, junk, GRANULE);
        }
        const enum nacre_err err = box_set(&box, 2, 4, i);
        if (err == NACRE_OK) assert_true(box_holds(&box, 2, 4, i));
        else assert_int_equal(err, NACRE_NOT_ERASED);
        assert_true(box_holds(&box, 1, 4, i));
        assert_int_equal(box.sim->violations, 0);
    }
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 1, 4, 19));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, box_begin_four, box_end)
    const struct CMUnitTest tests[] = {
        CASE(test_core_counts_are_the_chips),
        CASE(test_core_counts_settlings),
        CASE(test_core_counts_what_lives),
        CASE(test_core_counts_calls_that_wait),
        CASE(test_core_counts_no_second_erase),
        CASE(test_core_counts_lanes_by_what_a_cut_spoils),
        CASE(test_core_counts_traces_of_first_mounts),
        CASE(test_core_counts_lost_keys),
        CASE(test_core_counts_name_the_unit_that_failed),
        CASE(test_core_counts_no_entry_too_many),
        CASE(test_core_counts_no_program_over_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
