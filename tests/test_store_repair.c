/*
 * Goal: a bit that flips is never passed off as a good value. The keys that it may concern answer
 * that they are stale, with a value that they once had, or damaged; they go on answering so until
 * they are set; and nacre_check_store names the place.
 *
 * Method: bits are flipped in a store that was used and unmounted; the oracle, which was told of
 * every set, judges what each boot answers.
 */
#include "tests/support/box_fixture.h"
#include "tests/support/oracle.h"

#include "nacre/core/check_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define KEYS 8u
#define FINDINGS_MAX 64u

static struct oracle oracle;
static struct nacre_finding findings[FINDINGS_MAX];
static uint32_t finding_count;

static int begin(uint32_t unit_count, uint32_t cut_bytes)
{
    box_open_lanes(&box, unit_count, cut_bytes);
    oracle_init(&oracle, KEYS);
    oracle_remember(&oracle);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static int open_one(void **state)
{
    (void)state;
    return begin(4, 16);
}

static int open_two(void **state)
{
    (void)state;
    return begin(8, 256);
}

static int close_all(void **state)
{
    oracle_forget(&oracle);
    return box_end(state);
}

static void set(uint32_t key, uint32_t n, uint32_t seed)
{
    uint8_t value[NACRE_VALUE_BYTES_MAX];
    box_value(value, key, n, seed);
    oracle_begin(&oracle, key, value, n);
    const enum nacre_err err = nacre_set(&box.store, key, value, n);
    assert_int_equal(err, NACRE_OK);
    assert_true(oracle_end(&oracle, err));
}

static void take_away(uint32_t key)
{
    oracle_begin(&oracle, key, NULL, 0);
    const enum nacre_err err = nacre_remove(&box.store, key);
    if (!oracle_end(&oracle, err)) fail_msg("%s", oracle.why);
}

static void judge(const char *when, uint32_t number)
{
    if (!oracle_judge(&oracle, &box.store)) fail_msg("%s %u: %s", when, number, oracle.why);
}

/* Some use, long values and removals among it, that fills about two units. */
static void use(uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++) {
        if (i % 11u == 7u) take_away(i % 3u);
        else set(i * 5u % KEYS, i % 7u * 13u, i);
    }
}

static void unmount(void)
{
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
}

static uint32_t step(void)
{
    return getenv("NACRE_TEST_SHARE") != NULL ? 301u : 23u;
}

/* The store is as it was before the flip, byte for byte and in the oracle's mind. */
static void restore(const struct oracle *kept)
{
    sim_nor_poke(box.sim, 0, box.image, box.sim->bytes);
    oracle_copy(&oracle, kept);
}

static void test_store_repair_any_flip_of_a_store_at_rest(void **state)
{
    (void)state;
    static struct oracle kept;
    uint32_t stale = 0;
    uint32_t flips = 0;
    use(260);
    unmount();
    box_remember(&box);
    oracle_init(&kept, KEYS);
    oracle_copy(&kept, &oracle);
    for (uint32_t bit = 0; bit < box.sim->bytes * 8u; bit += step()) {
        if (box.sim->data[bit / 8u] == 0xffu && bit / 8u % 16u != 3u) continue;
        sim_nor_flip(box.sim, bit / 8u, (uint8_t)(1u << bit % 8u));
        oracle_expose(&oracle);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        judge("first boot after a flip of bit", bit);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        judge("second boot after a flip of bit", bit);
        for (uint32_t key = 0; key < KEYS; key++) stale += oracle.trust[key] > ORACLE_EXPOSED;
        for (uint32_t key = 0; key < KEYS; key++) set(key, 10, bit + key);
        judge("set again after a flip of bit", bit);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        judge("third boot after a flip of bit", bit);
        flips++;
        restore(&kept);
    }
    print_message("flips: %u, stale or damaged answers: %u\n", flips, stale);
    assert_in_range(stale, flips / 50u, flips * KEYS);
}

/* The slot of the record that holds a key's newest value, by turning bits until the get changes. */
static uint32_t find_record(uint32_t key, uint32_t from)
{
    for (uint32_t addr = from; addr < box.sim->bytes; addr += 16u) {
        if (box.sim->data[addr + 3u] == 0xffu) continue;
        sim_nor_flip(box.sim, addr + 12u, 1);
        const bool is_it = nacre_get(&box.store, key, NULL, 0, &(uint32_t){ 0 }) != NACRE_TOO_SMALL;
        sim_nor_flip(box.sim, addr + 12u, 1);
        if (is_it) return addr;
    }
    fail_msg("key %u has no record", key);
    return 0;
}

static void test_store_repair_lost_value_falls_back_and_stays_so(void **state)
{
    (void)state;
    set(1, 30, 1);
    set(1, 40, 2);
    set(2, 8, 1);
    unmount();
    /* The newest record of key 1 is the second first granule that names it. */
    uint32_t addr = 0;
    for (uint32_t i = 0; i < 16384u; i += 16u) {
        const uint8_t *const granule = box.sim->data + i;
        if (granule[0] == 1u && granule[1] == 0 && granule[3] >= 0x80u) addr = i;
    }
    sim_nor_flip(box.sim, addr + 14u, 0x10);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 1500u; i++) {
        assert_true(box_is_stale(&box, 1, 30, 1));
        assert_int_equal(box_set(&box, 9, 8, i), NACRE_OK);
        if (i % 50u == 0) assert_int_equal(box_reboot(&box), NACRE_OK);
    }
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_true(stats.stale_keys >= 1u);
    assert_int_equal(box_set(&box, 1, 30, 1), NACRE_OK);
    assert_true(box_holds(&box, 1, 30, 1));
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 1, 30, 1));
}

static void test_store_repair_value_without_an_older_one_stays_damaged(void **state)
{
    (void)state;
    assert_int_equal(box_set(&box, 5, 30, 1), NACRE_OK);
    assert_int_equal(box_set(&box, 9, 8, 1), NACRE_OK);
    const uint32_t addr = find_record(5, 0);
    sim_nor_flip(box.sim, addr + 20u, 4);
    for (uint32_t i = 0; i < 1500u; i++) {
        assert_int_equal(box_get(&box, 5), NACRE_DAMAGED);
        assert_int_equal(box_set(&box, 9, 8, i + 2u), NACRE_OK);
        if (i % 37u == 0) assert_int_equal(box_reboot(&box), NACRE_OK);
    }
    assert_int_equal(nacre_remove(&box.store, 5), NACRE_OK);
    assert_int_equal(box_get(&box, 5), NACRE_NOT_FOUND);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(box_get(&box, 5), NACRE_NOT_FOUND);
}

/* Nobody asks for the key before its unit is reclaimed: compaction meets the damage. */
static void test_store_repair_compaction_meets_the_damage(void **state)
{
    (void)state;
    for (uint32_t pause = 0; pause < 40u; pause++) {
        box_close(&box);
        box_open(&box, 4);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(box_set(&box, 5, 30, 1), NACRE_OK);
        assert_int_equal(box_set(&box, 9, 8, 1), NACRE_OK);
        sim_nor_flip(box.sim, find_record(5, 0) + 20u, 4);
        for (uint32_t i = 0; i < 600u + pause * 7u; i++) {
            assert_int_equal(box_set(&box, 9, 8, i + 2u), NACRE_OK);
        }
        assert_int_equal(box_reboot(&box), NACRE_OK);
        if (box_get(&box, 5) != NACRE_DAMAGED) fail_msg("after %u sets", 600u + pause * 7u);
    }
}

static void test_store_repair_removed_value_is_never_good_again(void **state)
{
    (void)state;
    assert_int_equal(box_set(&box, 6, 20, 1), NACRE_OK);
    assert_int_equal(nacre_remove(&box.store, 6), NACRE_OK);
    assert_int_equal(box_set(&box, 9, 8, 1), NACRE_OK);
    unmount();
    box_remember(&box);
    for (uint32_t bit = 0; bit < box.sim->bytes * 8u; bit++) {
        if (box.sim->data[bit / 8u] == 0xffu) continue;
        sim_nor_flip(box.sim, bit / 8u, (uint8_t)(1u << bit % 8u));
        assert_int_equal(box_reboot(&box), NACRE_OK);
        const enum nacre_err err = box_get(&box, 6);
        if (err != NACRE_NOT_FOUND && err != NACRE_DAMAGED) {
            assert_int_equal(err, NACRE_STALE);
            assert_true(box_is_stale(&box, 6, 20, 1));
        }
        sim_nor_poke(box.sim, 0, box.image, box.sim->bytes);
    }
}

static void note_finding(const struct nacre_finding *finding, void *context)
{
    (void)context;
    if (finding_count < FINDINGS_MAX) findings[finding_count] = *finding;
    finding_count++;
}

static struct nacre_check_summary check(void)
{
    struct nacre_check_summary summary;
    const uint32_t programs = box.sim->counters.programs + box.sim->counters.erases;
    finding_count = 0;
    memset(&summary, 0xa5, sizeof summary);
    assert_int_equal(nacre_check_store(&box.store, &summary, note_finding, NULL), NACRE_OK);
    assert_int_equal(box.sim->counters.programs + box.sim->counters.erases, programs);
    return summary;
}

static void test_store_repair_check_finds_nothing_in_a_sound_store(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1200u; i++) {
        assert_int_equal(box_set(&box, i % 6u, i % 40u, i), NACRE_OK);
        if (i % 100u != 0) continue;
        if (i % 200u == 0) assert_int_equal(box_reboot(&box), NACRE_OK);
        const struct nacre_check_summary summary = check();
        assert_int_equal(finding_count, 0);
        assert_int_equal(summary.damaged + summary.one_lane + summary.stale + summary.retired, 0);
        assert_true(summary.records >= (i < 6u ? i : 6u));
    }
}

static void test_store_repair_check_names_the_place(void **state)
{
    (void)state;
    assert_int_equal(box_set(&box, 5, 30, 1), NACRE_OK);
    assert_int_equal(box_set(&box, 3, 8, 1), NACRE_OK);
    assert_int_equal(box_set(&box, 9, 8, 1), NACRE_OK);
    const uint32_t addr = find_record(3, 0);
    sim_nor_flip(box.sim, addr + 6u, 4);
    const struct nacre_check_summary summary = check();
    assert_int_equal(summary.damaged, 1);
    assert_true(finding_count >= 1u);
    assert_int_equal(findings[0].kind, NACRE_FOUND_DAMAGED);
    assert_int_equal(findings[0].key, 3);
    assert_int_equal(findings[0].unit, addr / 4096u);
    assert_int_equal(findings[0].slot, addr % 4096u / 16u);
    assert_int_equal(findings[0].count, 1);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    const struct nacre_check_summary again = check();
    assert_true(again.stale >= 1u);
    assert_int_equal(nacre_check_store(NULL, NULL, NULL, NULL), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_check_store(&box.store, NULL, NULL, NULL), NACRE_OK);
}

/* A mark that a bit has hurt loses nothing, and is named where its unit is still read. */
static void test_store_repair_check_names_a_mark(void **state)
{
    (void)state;
    const uint32_t unit_bytes = box.sim->medium.geometry.unit_bytes;
    struct nacre_stats stats;
    uint32_t named[2] = {0, 0};
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    const uint32_t lane_bytes = box.sim->bytes / stats.lane_count;
    use(400);
    box_remember(&box);
    for (uint32_t addr = 0; addr < box.sim->bytes; addr += unit_bytes) {
        if (box.sim->data[addr] == 0xffu) continue;
        sim_nor_flip(box.sim, addr + 2u, 1);
        const struct nacre_check_summary summary = check();
        assert_int_equal(summary.damaged + summary.one_lane, finding_count);
        assert_in_range(finding_count, 0, 1);
        if (finding_count == 1u) {
            const bool is_two = lane_bytes < box.sim->bytes;
            assert_int_equal(findings[0].slot, 0);
            assert_int_equal(findings[0].key, 0xffff);
            assert_int_equal(findings[0].unit, addr % lane_bytes / unit_bytes);
            assert_int_equal(findings[0].lane, is_two ? addr / lane_bytes : 2u);
            assert_int_equal(summary.one_lane, is_two ? 1 : 0);
            named[addr / lane_bytes]++;
        }
        judge("mark", addr);
        sim_nor_poke(box.sim, 0, box.image, box.sim->bytes);
    }
    assert_true(named[0] != 0);
    if (lane_bytes < box.sim->bytes) assert_int_equal(named[1], named[0]);
}

/* Two lanes: a flip in one lane costs nothing; the other lane serves, and the report names it. */
static void test_store_repair_other_lane_serves(void **state)
{
    (void)state;
    struct nacre_stats stats;
    use(120);
    unmount();
    box_remember(&box);
    for (uint32_t bit = 0; bit < box.sim->bytes * 8u; bit += step() * 9u) {
        if (box.sim->data[bit / 8u] == 0xffu) continue;
        sim_nor_flip(box.sim, bit / 8u, (uint8_t)(1u << bit % 8u));
        assert_int_equal(box_reboot(&box), NACRE_OK);
        judge("one lane of two, bit", bit);
        assert_int_equal(check().damaged, 0);
        assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
        assert_int_equal(stats.stale_keys + stats.damaged_records, 0);
        sim_nor_poke(box.sim, 0, box.image, box.sim->bytes);
    }
}

static void test_store_repair_lane_repairs_are_counted(void **state)
{
    (void)state;
    struct nacre_stats stats;
    assert_int_equal(box_set(&box, 5, 30, 1), NACRE_OK);
    assert_int_equal(box_set(&box, 9, 8, 1), NACRE_OK);
    uint32_t addr = 0;
    while (box.sim->data[addr] != 5u || box.sim->data[addr + 1u] != 0 ||
           box.sim->data[addr + 3u] < 0x80u) {
        addr += 16u;
    }
    assert_true(addr < 4u * 4096u);
    sim_nor_flip(box.sim, addr + 20u, 4);
    assert_true(box_holds(&box, 5, 30, 1));
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_int_equal(stats.lane_repairs, 1);
    const struct nacre_check_summary summary = check();
    assert_int_equal(summary.one_lane, 1);
    assert_int_equal(findings[0].kind, NACRE_FOUND_ONE_LANE);
    assert_int_equal(findings[0].key, 5);
    assert_int_equal(findings[0].lane, 0);
    assert_int_equal(findings[0].unit, addr / 4096u);
    assert_int_equal(findings[0].slot, addr % 4096u / 16u);
    sim_nor_flip(box.sim, addr + 4u * 4096u + 21u, 4);
    assert_int_equal(box_get(&box, 5), NACRE_DAMAGED);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(box_get(&box, 5), NACRE_DAMAGED);
}

static void test_store_repair_renewed_value_is_whole_in_both_lanes(void **state)
{
    (void)state;
    assert_int_equal(box_set(&box, 5, 30, 1), NACRE_OK);
    for (uint32_t lane = 0; lane < 2u; lane++) {
        uint32_t addr = lane * 4u * 4096u;
        uint32_t found = 0;
        for (; addr < (lane + 1u) * 4u * 4096u; addr += 16u) {
            if (box.sim->data[addr] == 5u && box.sim->data[addr + 1u] == 0 &&
                box.sim->data[addr + 3u] >= 0x80u && box.sim->data[addr + 3u] != 0xffu) {
                found = addr;
            }
        }
        sim_nor_flip(box.sim, found + 20u, 4);
        assert_true(check().one_lane >= 1u);
        assert_int_equal(nacre_renew(&box.store, 5), NACRE_OK);
        assert_true(box_holds(&box, 5, 30, 1));
        /* The old record may lose its other lane now. */
        sim_nor_flip(box.sim, (found + 4u * 4096u + 22u) % (8u * 4096u), 4);
        assert_true(box_holds(&box, 5, 30, 1));
    }
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 5, 30, 1));
    assert_int_equal(nacre_renew(&box.store, 77), NACRE_NOT_FOUND);
}

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, open_one, close_all)
#define TWO(name) cmocka_unit_test_setup_teardown(name, open_two, close_all)
    const struct CMUnitTest tests[] = {
        ONE(test_store_repair_any_flip_of_a_store_at_rest),
        ONE(test_store_repair_lost_value_falls_back_and_stays_so),
        ONE(test_store_repair_value_without_an_older_one_stays_damaged),
        ONE(test_store_repair_compaction_meets_the_damage),
        ONE(test_store_repair_removed_value_is_never_good_again),
        ONE(test_store_repair_check_finds_nothing_in_a_sound_store),
        ONE(test_store_repair_check_names_the_place),
        ONE(test_store_repair_check_names_a_mark),
        TWO(test_store_repair_check_names_a_mark),
        TWO(test_store_repair_other_lane_serves),
        TWO(test_store_repair_lane_repairs_are_counted),
        TWO(test_store_repair_renewed_value_is_whole_in_both_lanes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
