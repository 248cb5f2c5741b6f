/*
 * Goal: two lanes hold the same at the same places, one of them alone is enough, and where they are
 * used is plain.
 *
 * Method: a store on a simulated NOR whose cuts spoil a page or a unit. Each command is watched;
 * then whole pages, units and lanes are spoilt, and every value is asked for.
 */
#include "tests/support/box_fixture.h"

#include "nacre/core/transaction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#define KEYS 7u
#define LANE (4u * 4096u)

static uint32_t version[KEYS];

static int open_page(void **state)
{
    (void)state;
    box_open_lanes(&box, 8, 256);
    memset(version, 0, sizeof version);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static int open_unit(void **state)
{
    (void)state;
    box_open_lanes(&box, 12, 4096);
    memset(version, 0, sizeof version);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static void use(uint32_t steps)
{
    for (uint32_t i = 1; i <= steps; i++) {
        const uint32_t key = i * 3u % KEYS;
        assert_int_equal(box_set(&box, key, key * 9u, i), NACRE_OK);
        version[key] = i;
        if (i % 5u == 0) box_rest(&box);
    }
}

static void expect_all(const char *what, uint32_t number)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        if (version[key] == 0 || box_holds(&box, key, key * 9u, version[key])) continue;
        fail_msg("%s %u: key %u answers %d", what, number, key, (int)box_get(&box, key));
    }
}

static void test_store_lanes_are_told(void **state)
{
    (void)state;
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_int_equal(stats.lane_count, 2);
    assert_int_equal(stats.unit_count, 4);
    assert_int_equal(stats.cut_bytes_survived, 256);
    box_close(&box);
    box_open_lanes(&box, 12, 4096);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_int_equal(stats.lane_count, 2);
    assert_int_equal(stats.unit_count, 6);
    assert_int_equal(stats.cut_bytes_survived, 4096);
}

static void test_store_lanes_milder_assumption_gives_one(void **state)
{
    (void)state;
    struct nacre_stats stats;
    box_close(&box);
    box_open_lanes(&box, 8, 256);
    box.sim->lane_units = 0;
    box.cfg.assume = NACRE_ASSUME_CUT_GRANULE;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_int_equal(stats.lane_count, 1);
    assert_int_equal(stats.unit_count, 8);
    assert_int_equal(stats.cut_bytes_survived, 16);
    assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
    const uint32_t programs = box.sim->counters.programs;
    assert_int_equal(box_set(&box, 1, 4, 2), NACRE_OK);
    assert_int_equal(box.sim->counters.programs, programs + 1u);
}

static void test_store_lanes_need_enough_units(void **state)
{
    (void)state;
    for (uint32_t units = 3; units < 14u; units++) {
        box_close(&box);
        box_open_lanes(&box, units, 256);
        assert_int_equal(box_reboot(&box), units < 6u ? NACRE_CUT_TOO_COARSE : NACRE_OK);
        box_close(&box);
        box_open_lanes(&box, units, 4096);
        assert_int_equal(box_reboot(&box), units < 10u ? NACRE_CUT_TOO_COARSE : NACRE_OK);
        box_close(&box);
        box_open_lanes(&box, units, 8192);
        assert_int_equal(box_reboot(&box), NACRE_CUT_TOO_COARSE);
        assert_int_equal(box.sim->counters.programs + box.sim->counters.erases, 0);
    }
}

#define WAITING_MAX 32u

/* The programs of lane A that lane B has not had yet, in order, and the unit erased in A alone. */
struct mirror {
    struct sim_event waiting[WAITING_MAX];
    uint32_t count;
    uint32_t erased;
    uint32_t commands;
    uint32_t faults;
};

static void watch_erase(const struct sim_event *event, struct mirror *mirror)
{
    if (event->addr >= LANE && mirror->erased != event->addr - LANE) mirror->faults++;
    mirror->erased = event->addr < LANE ? event->addr : SIM_NOR_NO_COMMAND;
}

/* Whatever is done in lane B was done before in lane A, at the same place and in the same order. */
static void watch(const struct sim_event *event, void *context)
{
    struct mirror *const mirror = context;
    if (event->command == SIM_READ) return;
    mirror->commands++;
    if (event->command == SIM_ERASE) {
        watch_erase(event, mirror);
        return;
    }
    if (event->addr < LANE) {
        if (mirror->count == WAITING_MAX) mirror->faults++;
        else mirror->waiting[mirror->count++] = *event;
        return;
    }
    const struct sim_event *const due = &mirror->waiting[0];
    if (mirror->count == 0 || due->addr + LANE != event->addr || due->n != event->n) {
        mirror->faults++;
        return;
    }
    mirror->count--;
    memmove(mirror->waiting, mirror->waiting + 1, mirror->count * sizeof mirror->waiting[0]);
}

static void test_store_lanes_each_command_comes_twice(void **state)
{
    (void)state;
    static uint8_t buf[NACRE_TRANSACTION_BYTES(3, 400)];
    struct mirror mirror = { .erased = SIM_NOR_NO_COMMAND };
    struct nacre_transaction tx = { 0 };
    uint8_t value[120] = { 1 };
    box.sim->trace = watch;
    box.sim->trace_context = &mirror;
    for (uint32_t i = 0; i < 1200u; i++) {
        value[0] = (uint8_t)i;
        assert_int_equal(box_set(&box, i % KEYS, i % 90u, i), NACRE_OK);
        if (i % 40u != 0) continue;
        assert_int_equal(nacre_begin(&tx, &box.store, buf, sizeof buf), NACRE_OK);
        assert_int_equal(nacre_stage_set(&tx, 20, value, 120), NACRE_OK);
        assert_int_equal(nacre_stage_set(&tx, 21, value, 3), NACRE_OK);
        assert_int_equal(nacre_commit(&tx), NACRE_OK);
    }
    box.sim->trace = NULL;
    assert_int_equal(mirror.faults, 0);
    assert_int_equal(mirror.count, 0);
    assert_in_range(mirror.commands, 2000, 20000);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    /* But for units that were erased ahead in one lane. */
    uint32_t different = 0;
    for (uint32_t unit = 0; unit < 4u; unit++) {
        different += memcmp(box.sim->data + unit * 4096u, box.sim->data + LANE + unit * 4096u,
                            4096) != 0;
    }
    assert_in_range(different, 0, 1);
}

/* Spoil so many bytes of one lane; every value is there, in this boot and after the next mounts. */
static void spoil_blocks(uint32_t bytes, uint8_t pattern)
{
    static uint8_t rubbish[16u * 4096u];
    memset(rubbish, pattern, sizeof rubbish);
    for (uint32_t addr = 0; addr < box.sim->bytes; addr += bytes) {
        sim_nor_poke(box.sim, addr, rubbish, bytes);
        expect_all("in the same boot, block", addr);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        expect_all("after a mount, block", addr);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        expect_all("after two mounts, block", addr);
        sim_nor_poke(box.sim, 0, box.image, box.sim->bytes);
        assert_int_equal(box_reboot(&box), NACRE_OK);
    }
}

static void test_store_lanes_any_page_may_be_lost(void **state)
{
    (void)state;
    use(300);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    box_remember(&box);
    spoil_blocks(256, 0x00);
    spoil_blocks(256, 0x5a);
    spoil_blocks(256, 0xff);
}

static void test_store_lanes_any_unit_may_be_lost(void **state)
{
    (void)state;
    use(300);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    box_remember(&box);
    spoil_blocks(4096, 0x00);
    spoil_blocks(4096, 0xff);
}

static void test_store_lanes_a_whole_lane_may_be_lost(void **state)
{
    (void)state;
    use(200);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    box_remember(&box);
    spoil_blocks(box.sim->bytes / 2u, 0x00);
    spoil_blocks(box.sim->bytes / 2u, 0xff);
}

/* What was spoilt in one lane is used up by the log, and both lanes are whole again. */
static void test_store_lanes_heal_by_use(void **state)
{
    (void)state;
    static const uint8_t zero[4096];
    for (uint32_t round = 0; round < 40u; round++) {
        use(30u + round * 3u);
        sim_nor_poke(box.sim, round % 8u * 4096u, zero, sizeof zero);
        expect_all("round", round);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        expect_all("round", round);
        use(200);
    }
}

static void test_store_lanes_other_geometry_is_told(void **state)
{
    (void)state;
    use(50);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    box_remember(&box);
    box.cfg.assume = NACRE_ASSUME_CUT_GRANULE;
    assert_int_equal(box_reboot(&box), NACRE_OTHER_GEOMETRY);
    assert_true(box_is_unchanged(&box));
    box.cfg.assume = NACRE_ASSUME_NOTHING;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    expect_all("with two lanes again", 0);
}

/* Foreign bytes in one half of the region alone are foreign, too. */
static void test_store_lanes_foreign_half_is_left_alone(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 8u; kind++) {
        box_close(&box);
        box_open_lanes(&box, 8, 256);
        uint8_t bytes[4096];
        memset(bytes, 0xff, sizeof bytes);
        for (uint32_t i = 0; i < (kind % 2u == 0 ? 4096u : 16u); i++) bytes[i] = (uint8_t)(i * 7u);
        sim_nor_poke(box.sim, kind / 2u * 2u * 4096u, bytes, sizeof bytes);
        box_remember(&box);
        assert_int_equal(box_reboot(&box), NACRE_FOREIGN);
        assert_int_equal(box_reboot(&box), NACRE_FOREIGN);
        assert_true(box_is_unchanged(&box));
        box.sim->lane_units = 0; /* nothing to lose in a format */
        assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
        assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_true(box_holds(&box, 1, 4, 1));
    }
}

int main(void)
{
#define PAGE(name) cmocka_unit_test_setup_teardown(name, open_page, box_end)
#define UNIT(name) cmocka_unit_test_setup_teardown(name, open_unit, box_end)
    const struct CMUnitTest tests[] = {
        PAGE(test_store_lanes_are_told),
        PAGE(test_store_lanes_milder_assumption_gives_one),
        PAGE(test_store_lanes_need_enough_units),
        PAGE(test_store_lanes_each_command_comes_twice),
        PAGE(test_store_lanes_any_page_may_be_lost),
        UNIT(test_store_lanes_any_unit_may_be_lost),
        PAGE(test_store_lanes_a_whole_lane_may_be_lost),
        PAGE(test_store_lanes_heal_by_use),
        PAGE(test_store_lanes_other_geometry_is_told),
        PAGE(test_store_lanes_foreign_half_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
