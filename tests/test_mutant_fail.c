/*
 * Goal: where the medium reads differently, refuses or fails at one place, the store answers as its
 * headers say and goes on as far as they say: two tries for a record, none in a unit whose commit
 * failed; what flickers is done without; a count that could not be made is made later.
 *
 * Method: a meddler between the store and the chip fails the very reads and programs that the test
 * is about; states are made by hand where use would not lead to them.
 */
#include "tests/support/box_fixture.h"
#include "tests/support/forge.h"
#include "tests/support/meddler.h"

#include "nacre/core/transaction.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define UNIT_BYTES 4096u
#define NEWEST 30u   /* the keys of records that flicker go up from here */
#define SCANS_MAX 32u
#define NO_KEY 0x10000u
#define FOR_EVER 0x7fffffffu

static struct forge forge;
static struct meddler meddler;

/* What is failed, and what was seen. */
static struct {
    uint32_t flicker_count;  /* records from flicker_slot on of which each read */
    uint32_t flicker_slot;
    uint32_t good_reads;     /* but the first few in each scan is wrong */
    uint32_t reads[8];
    uint32_t scans;
    uint32_t last_addr;
    uint32_t program_key;    /* programs of records of this key fail */
    uint32_t program_fails;  /* so many */
    uint32_t fail_from;      /* programs at these addresses fail */
    uint32_t fail_to;
    uint32_t read_from;      /* reads at these addresses fail */
    uint32_t read_to;
    uint32_t armed_by;       /* but only from a program of this key on; NO_KEY: always */
    uint32_t failed;
    uint32_t after;          /* programs and erases after the first that failed */
    uint32_t read_number;    /* this read from now on fails */
    uint32_t failed_addr;    /* it was here */
    uint32_t mark_addr;      /* of the last mark programmed, */
    uint32_t mark_reads;     /* how often it was read since, */
    uint32_t mark_fails;     /* and the read that is wrong; 0: none, */
    uint32_t mark_times;     /* of so many marks */
} plan;

static bool flickers(uint32_t addr)
{
    const uint32_t first = forge_addr(&forge, 0, 1, plan.flicker_slot);
    if (addr < first || addr >= first + plan.flicker_count * FORGE_GRANULE) return false;
    return plan.reads[(addr - first) / FORGE_GRANULE]++ >= plan.good_reads;
}

static enum nacre_err on_read(void *context, uint32_t addr, uint8_t *bytes, uint32_t n)
{
    (void)context;
    /* Only the search for the newest mark goes from unit to unit. */
    if (plan.last_addr == 0 && addr == UNIT_BYTES) {
        plan.scans++;
        memset(plan.reads, 0, sizeof plan.reads);
    }
    plan.last_addr = addr;
    if (plan.flicker_count != 0 && n > 5u && flickers(addr)) bytes[5] ^= 1u;
    if (plan.mark_fails != 0 && addr == plan.mark_addr && ++plan.mark_reads == plan.mark_fails) {
        bytes[9] ^= 1u;
        if (--plan.mark_times == 0) plan.mark_fails = 0;
    }
    if (plan.read_number-- == 0) {
        plan.failed_addr = addr;
        return NACRE_IO;
    }
    const bool is_hit = addr >= plan.read_from && addr < plan.read_to && plan.armed_by == NO_KEY;
    return is_hit ? NACRE_IO : NACRE_OK;
}

static enum nacre_err on_program(void *context, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    (void)context;
    const uint32_t key = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
    const bool is_first = (bytes[3] & 0x80u) != 0 && addr % UNIT_BYTES != 0;
    if (plan.failed != 0) plan.after++;
    if (addr % UNIT_BYTES == 0) plan.mark_addr = addr;
    if (addr % UNIT_BYTES == 0) plan.mark_reads = 0;
    if (is_first && key == plan.armed_by) plan.armed_by = NO_KEY;
    if (is_first && key == plan.program_key && plan.program_fails != 0) {
        plan.program_fails--;
        plan.failed++;
        return NACRE_IO;
    }
    if (addr < plan.fail_from || addr + n > plan.fail_to) return NACRE_OK;
    plan.failed++;
    return NACRE_IO;
}

static enum nacre_err on_erase(void *context, uint32_t addr)
{
    (void)context;
    (void)addr;
    if (plan.failed != 0) plan.after++;
    return NACRE_OK;
}

static void meddle(void)
{
    memset(&plan, 0, sizeof plan);
    plan.program_key = NO_KEY;
    plan.armed_by = NO_KEY;
    plan.read_number = FOR_EVER;
    meddler = (struct meddler){ on_read, on_program, on_erase, NULL };
    meddler_begin(&meddler, box.sim);
}

static void reopen(uint32_t unit_count, uint32_t cut_bytes)
{
    box_close(&box);
    box_open_lanes(&box, unit_count, cut_bytes);
    forge_open(&forge, box.sim);
}

static int begin(void **state)
{
    const int result = box_begin_four(state);
    forge_open(&forge, box.sim);
    return result;
}

static struct nacre_stats stats_now(void)
{
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    return stats;
}

/* Newest records that read well a few times in each scan and then no more. */
static enum nacre_err mount_with_flicker(uint32_t count, uint32_t good_reads)
{
    reopen(4, 16);
    forge_unit(&forge, 1, 1);
    for (uint32_t i = 0; i < count; i++) forge_value(&forge, NEWEST + i, 4, 1);
    forge_value(&forge, 1, 4, 1);
    meddle();
    plan.flicker_slot = forge.slot;
    plan.flicker_count = count;
    plan.good_reads = good_reads;
    for (uint32_t i = 0; i < count; i++) forge_value(&forge, NEWEST + i, 4, 2);
    return box_reboot(&box);
}

/* nacre_mount, Cost: done without in the end, after 32 tries at most; and for ever. */
static void test_mutant_fail_newest_records_that_flicker(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= 3u; count++) {
        for (uint32_t good_reads = 1; good_reads <= 24u; good_reads++) {
            const enum nacre_err err = mount_with_flicker(count, good_reads);
            assert_int_equal(err, NACRE_OK);
            assert_in_range(plan.scans, 1, SCANS_MAX);
            assert_true(box_holds(&box, 1, 4, 1));
            meddler_end(box.sim);
            uint32_t seeds[3];
            for (uint32_t i = 0; i < count; i++) {
                seeds[i] = box_holds(&box, NEWEST + i, 4, 2) ? 2 : 1;
                if (good_reads < 8u) assert_int_equal(seeds[i], 1);
            }
            assert_int_equal(box_reboot(&box), NACRE_OK);
            for (uint32_t i = 0; i < count; i++) {
                assert_true(box_holds(&box, NEWEST + i, 4, seeds[i]));
            }
            assert_true(box_lacks(&box, 0));
        }
    }
}

static void test_mutant_fail_no_more_tries_than_promised(void **state)
{
    (void)state;
    assert_int_equal(mount_with_flicker(5, 2), NACRE_UNSETTLED);
    assert_int_equal(plan.scans, SCANS_MAX);
    assert_int_equal(box.sim->counters.programs + box.sim->counters.erases, 0);
    assert_true(box_holds(&box, 1, 4, 1));
    meddler_end(box.sim);
}

static enum nacre_err commit(uint32_t seed)
{
    static uint8_t work[NACRE_TRANSACTION_BYTES(2, 16)];
    struct nacre_transaction tx = { 0 };
    assert_int_equal(nacre_begin(&tx, &box.store, work, sizeof work), NACRE_OK);
    for (uint32_t key = 1; key <= 2u; key++) {
        uint8_t value[4];
        box_value(value, key, sizeof value, seed);
        assert_int_equal(nacre_stage_set(&tx, key, value, sizeof value), NACRE_OK);
    }
    return nacre_commit(&tx);
}

/* nacre_set: NACRE_IO where the chip did not do as it should, twice. */
static void test_mutant_fail_two_tries_for_a_record(void **state)
{
    (void)state;
    for (uint32_t fails = 1; fails <= 2u; fails++) {
        for (uint32_t is_commit = 0; is_commit < 2u; is_commit++) {
            reopen(8, 16);
            assert_int_equal(box_reboot(&box), NACRE_OK);
            assert_int_equal(commit(1), NACRE_OK);
            meddle();
            plan.program_key = 2;
            plan.program_fails = fails;
            const enum nacre_err err = is_commit != 0 ? commit(2) : box_set(&box, 2, 4, 2);
            assert_int_equal(err, fails == 1u ? NACRE_OK : NACRE_IO);
            assert_int_equal(plan.program_fails, 0);
            const uint32_t seed = fails == 1u ? 2 : 1;
            assert_true(box_holds(&box, 2, 4, seed));
            assert_true(box_holds(&box, 1, 4, is_commit != 0 ? seed : 1));
            meddler_end(box.sim);
            assert_int_equal(box_reboot(&box), NACRE_OK);
            assert_true(box_holds(&box, 2, 4, seed));
            assert_true(box_holds(&box, 1, 4, is_commit != 0 ? seed : 1));
        }
    }
}

/* Four units live, the head is full, nothing is vouched for: a settling takes a fresh unit. */
static void make_full_head(uint32_t top)
{
    for (uint32_t generation = 2; generation <= 4u; generation++) {
        forge_unit(&forge, generation, 2);
        forge_value(&forge, generation, 4, 1);
    }
    forge_note(&forge, 0, 2, 0);
    while (forge.slot < top - 1u) forge_value(&forge, 20, 4, 1);
    forge_value(&forge, NEWEST, 4, 1);
}

static void assert_all_hold(void)
{
    for (uint32_t key = 2; key <= 4u; key++) assert_true(box_holds(&box, key, 4, 1));
    assert_true(box_holds(&box, NEWEST, 4, 1));
}

/*
 * Only a committed unit counts: where a copy or the commit fails in it, in a settling away from a
 * head that takes no program, nothing more is written until the next mount.
 */
static void test_mutant_fail_in_a_unit_not_yet_committed(void **state)
{
    (void)state;
    for (uint32_t units = 4; units <= 6u; units++) {
        for (uint32_t slot = 2; slot <= 3u; slot++) {
            reopen(units, 16);
            make_full_head(100);
            assert_int_equal(box_reboot(&box), NACRE_OK);
            box.sim->unit_stuck[3] = SIM_STUCK_PROGRAM;
            meddle();
            plan.fail_from = forge_addr(&forge, 0, 5, slot);
            plan.fail_to = forge_addr(&forge, 0, 5, slot + 1u);
            const enum nacre_err err = box_set(&box, 2, 4, 9);
            /* With a spare unit left there is nothing to copy: slot 3 has the note. */
            if (units > 4u && slot == 3u) {
                meddler_end(box.sim);
                continue;
            }
            assert_int_equal(plan.failed, 1);
            assert_int_equal(err, NACRE_UNSETTLED);
            assert_int_equal(plan.after, 0);
            assert_int_equal(box_set(&box, 3, 4, 9), NACRE_READ_ONLY);
            assert_all_hold();
            meddler_end(box.sim);
            box.sim->unit_stuck[3] = 0;
            assert_int_equal(box_reboot(&box), NACRE_OK);
            assert_all_hold();
        }
    }
}

/*
 * A mount in which one read failed says so, or has begun anew: with the scan, or with the erase and
 * the mark of a fresh unit.
 */
static void test_mutant_fail_each_read_of_a_mount(void **state)
{
    (void)state;
    static const uint32_t tops[] = { 100, 250, 256 };
    for (uint32_t i = 0; i < 3u; i++) {
        uint32_t reads = 0;
        reopen(5, 16);
        make_full_head(tops[i]);
        box_remember(&box);
        for (uint32_t at = FOR_EVER; at == FOR_EVER || at < reads;
             at = at == FOR_EVER ? 0 : at + (at + 300u > reads ? 1u : 41u)) {
            sim_nor_poke(box.sim, 0, box.image, box.sim->bytes);
            meddle();
            plan.read_number = at;
            const uint32_t erases = box.sim->counters.erases;
            const enum nacre_err err = box_reboot(&box);
            if (at == FOR_EVER) reads = FOR_EVER - plan.read_number;
            const bool is_erased_again = box.sim->counters.erases > erases + 1u;
            const bool is_mark = plan.failed_addr % UNIT_BYTES == 0;
            const bool is_anew = plan.scans > 1u || is_erased_again || is_mark;
            assert_true(at == FOR_EVER || is_anew || err != NACRE_OK);
            if (err == NACRE_OK) assert_all_hold();
            meddler_end(box.sim);
            assert_int_equal(box_reboot(&box), NACRE_OK);
            assert_all_hold();
            assert_int_equal(stats_now().stale_keys, 0);
        }
    }
}

/* Whether a member is whole in lane B decides what may be erased: unread, nothing is written. */
static void test_mutant_fail_to_read_a_member_in_lane_b(void **state)
{
    (void)state;
    reopen(8, 256);
    forge_unit(&forge, 1, 1);
    forge_value(&forge, 1, 4, 1);
    for (uint32_t key = 2; key <= 3u; key++) {
        const struct forge_record member = { .key = key, .length = 4, .kind = FORGE_MEMBER };
        forge_put(&forge, &member);
    }
    meddle();
    plan.read_from = forge_addr(&forge, 1, 1, 2);
    plan.read_to = plan.read_from + FORGE_GRANULE;
    assert_int_equal(box_reboot(&box), NACRE_IO);
    assert_int_equal(box.sim->counters.programs + box.sim->counters.erases, 0);
    meddler_end(box.sim);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 1, 4, 1));
    assert_true(box_lacks(&box, 2));
}

/* Copies that fail are the chip's fault: NACRE_IO, never NACRE_FULL. */
static void test_mutant_fail_of_a_copy_is_not_full(void **state)
{
    (void)state;
    enum nacre_err err = NACRE_OK;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 600u; i++) {
        assert_int_equal(box_set(&box, i % 3u, 4, i), NACRE_OK);
        if (i == 1u) assert_int_equal(box_set(&box, 20, 4, 1), NACRE_OK);
    }
    meddle();
    plan.program_key = 20;
    plan.program_fails = 2;
    for (uint32_t i = 0; i < 600u && err == NACRE_OK; i++) err = box_set(&box, i % 3u, 4, i + 9u);
    assert_int_equal(err, NACRE_IO);
    assert_true(box_holds(&box, 20, 4, 1));
    meddler_end(box.sim);
}

/* A record that cannot be read when it is counted is counted before the next change. */
static void test_mutant_fail_to_count_is_made_good(void **state)
{
    (void)state;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    const uint32_t slot = forge_top(&forge, stats_now().generation);
    assert_int_equal(box_set(&box, 1, 68, 1), NACRE_OK);
    const uint32_t live = stats_now().live_granules;
    assert_in_range(live, 5, 6);
    meddle();
    plan.read_from = forge_addr(&forge, 0, stats_now().generation, slot);
    plan.read_to = plan.read_from + FORGE_GRANULE;
    plan.armed_by = 1;
    assert_int_equal(box_set(&box, 1, 4, 2), NACRE_OK);
    assert_int_equal(plan.armed_by, NO_KEY);
    meddler_end(box.sim);
    assert_int_equal(box_set(&box, 2, 4, 2), NACRE_OK);
    assert_int_equal(stats_now().live_granules, 2);
}

/* A value that a get found damaged is counted as what it fell back to. */
static void test_mutant_fail_of_a_value_is_counted(void **state)
{
    (void)state;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
    const uint32_t slot = forge_top(&forge, stats_now().generation);
    assert_int_equal(box_set(&box, 1, 68, 2), NACRE_OK);
    sim_nor_flip(box.sim, forge_addr(&forge, 0, stats_now().generation, slot) + 20u, 4);
    assert_true(box_is_stale(&box, 1, 4, 1));
    assert_int_equal(box_set(&box, 2, 4, 2), NACRE_OK);
    assert_true(box_is_stale(&box, 1, 4, 1));
    assert_int_equal(stats_now().live_granules, 2);
}

/* Which geometry a store had is not known where a read failed: never foreign for that. */
static void test_mutant_fail_to_read_another_geometry(void **state)
{
    (void)state;
    for (uint32_t at = 0; at < 2500u; at += 1u) {
        reopen(4, 16);
        forge.unit_count = 8;
        forge_unit(&forge, 2, 2);
        forge.unit_count = 4;
        meddle();
        plan.read_number = at;
        const enum nacre_err err = box_reboot(&box);
        assert_true(err == NACRE_OTHER_GEOMETRY || err == NACRE_IO);
        assert_int_equal(box.sim->counters.programs, 0);
        meddler_end(box.sim);
    }
}

/* What a change wants of the index is wanted while it is made, and not for ever. */
static void test_mutant_fail_of_a_unit_takes_the_last_entry(void **state)
{
    (void)state;
    for (uint32_t is_commit = 0; is_commit < 2u; is_commit++) {
        reopen(6, 16);
        box.cfg.index_count = 3;
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
        if (is_commit != 0) assert_int_equal(commit(2), NACRE_OK);
        else assert_int_equal(box_set(&box, 2, 4, 2), NACRE_OK);
        box.sim->faults.erase_fails = 0;
        box.sim->faults.fail_count = 2;
        for (uint32_t i = 0; i < 8u; i++) {
            bool more;
            (void)nacre_idle(&box.store, &more);
            sim_nor_pass_us(box.sim, 30000u);
        }
        assert_int_equal(stats_now().retired_units, 1);
        assert_int_equal(stats_now().index_used, 3);
    }
}

/* Each note of the log fails once, those that a set needs to go on among them: it is done again. */
static void test_mutant_fail_of_a_note_is_made_good(void **state)
{
    (void)state;
    uint32_t hits = 0;
    reopen(6, 16);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    meddle();
    plan.program_key = FORGE_NOTE;
    for (uint32_t i = 0; i < 3000u; i++) {
        const uint32_t key = i < 40u ? 10u + i : i % 3u;
        /* Each one costs a unit: the region has two to spare. */
        plan.program_fails = hits < 2u && i % 400u > 300u ? 1 : 0;
        const bool is_armed = plan.program_fails != 0;
        assert_int_equal(box_set(&box, key, 20, i), NACRE_OK);
        if (is_armed && plan.program_fails == 0) hits++;
    }
    assert_int_equal(hits, 2);
    meddler_end(box.sim);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 3u; i++) assert_true(box_holds(&box, i, 20, 2997u + i));
}

/* A mark is read back twice; where it reads wrong, the unit is erased again, or at last retired. */
static void test_mutant_fail_to_read_a_mark_back(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 5u; i++) {
        const uint32_t times = (i + 1u) / 2u;
        reopen(6, 16);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        meddle();
        plan.mark_addr = 1;
        plan.mark_times = times;
        plan.mark_fails = times == 0 ? 0 : 1u + i % 2u;
        for (uint32_t k = 0; k < 300u; k++) assert_int_equal(box_set(&box, 1, 4, k), NACRE_OK);
        assert_int_equal(plan.mark_fails, 0);
        meddler_end(box.sim);
        assert_int_equal(box.sim->unit_wear[1], times == 0 ? 1 : 2);
        assert_int_equal(stats_now().retired_units, times == 2u ? 1 : 0);
        assert_true(box_holds(&box, 1, 4, 299));
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, box_end)
    const struct CMUnitTest tests[] = {
        CASE(test_mutant_fail_newest_records_that_flicker),
        CASE(test_mutant_fail_no_more_tries_than_promised),
        CASE(test_mutant_fail_two_tries_for_a_record),
        CASE(test_mutant_fail_in_a_unit_not_yet_committed),
        CASE(test_mutant_fail_each_read_of_a_mount),
        CASE(test_mutant_fail_to_read_a_member_in_lane_b),
        CASE(test_mutant_fail_of_a_copy_is_not_full),
        CASE(test_mutant_fail_to_count_is_made_good),
        CASE(test_mutant_fail_of_a_value_is_counted),
        CASE(test_mutant_fail_of_a_unit_takes_the_last_entry),
        CASE(test_mutant_fail_of_a_note_is_made_good),
        CASE(test_mutant_fail_to_read_a_mark_back),
        CASE(test_mutant_fail_to_read_another_geometry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
