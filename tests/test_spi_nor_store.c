/*
 * Goal: a store on the serial NOR keeps its word when the power fails at any transfer of the bus,
 * again while it recovers, and when the bus fails at any transfer.
 *
 * Method: a store of two lanes on the twin's W25Q128JV, filled until its log is about to turn to
 * the next unit; from there, again and again, a row of sets with idle calls in it that is cut at
 * one transfer: before it, behind it, or in the work that it began. The judge is a list of what
 * was set; the one value that was being set may be old or new, and stays what it was first read as.
 *
 * NACRE_CAMPAIGN=1 in the environment: each transfer, else a share.
 */
#include "nacre/chips/chips.h"
#include "nacre/core/store.h"
#include "nacre/media/spi_nor.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/spi_nor_bed.h"

#include <stdlib.h>
#include <string.h>

#define UNIT 4096u
#define UNITS 8u
#define KEYS 6u
#define SETS 40u
#define SHARE 89u /* a prime: every kind of transfer is met */

static struct spi_nor_bed bed;
static struct nacre_spi_nor nor;
static struct nacre_store store;
static struct nacre_index_entry entries[32];
static uint32_t truth[KEYS]; /* what the newest set that returned success said; 0: never set */
static uint32_t key_now;     /* being set, */
static uint32_t value_now;   /* to this; 0: none is */
static uint32_t next_value;

struct past {
    uint32_t mark;
    uint32_t truth[KEYS];
    uint32_t next_value;
};

static enum nacre_err mount(void)
{
    const struct nacre_spi_nor_cfg cfg = {
        .chip = &nacre_chip_w25q128jv, .spi = &bed.spi, .time = &bed.time,
        .region_addr = UNIT, .region_bytes = UNIT * UNITS};
    const struct nacre_store_cfg store_cfg = {
        .medium = &nor.medium, .index = entries, .index_count = 32};

    const enum nacre_err err = nacre_spi_nor_open(&nor, &cfg);
    return err == NACRE_OK ? nacre_mount(&store, &store_cfg) : err;
}

static enum nacre_err set_one(void)
{
    key_now = next_value % KEYS;
    value_now = next_value++;
    const enum nacre_err err = nacre_set(&store, key_now, &value_now, sizeof value_now);
    if (err == NACRE_OK) truth[key_now] = value_now;
    value_now = 0;
    return err;
}

static void idle(void)
{
    bool more;
    const enum nacre_err err = nacre_idle(&store, &more);

    (void)err; /* what went wrong with the medium, the next set says */
}

static enum nacre_err get_one(uint32_t key, uint32_t *value)
{
    uint32_t length = 0;
    const enum nacre_err err = nacre_get(&store, key, value, sizeof *value, &length);

    if (err == NACRE_NOT_FOUND) *value = 0;
    return err == NACRE_NOT_FOUND ? NACRE_OK : err;
}

/* Old or new for the value that was being set; then it is that for good. */
static void judge(void)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        uint32_t value = 0;

        assert_int_equal(get_one(key, &value), NACRE_OK);
        if (value_now != 0 && key == key_now && value == value_now) truth[key] = value;
        assert_int_equal(value, truth[key]);
    }
    value_now = 0;
}

/* Sets, with an idle call behind every third: an erase that goes on beside the next sets. */
static void run(void)
{
    for (uint32_t i = 0; i < SETS; i++) {
        assert_int_equal(set_one(), NACRE_OK);
        if (i % 3u != 0) continue;
        idle();
        judge();
    }
}

static int begin(void **state)
{
    (void)state;
    memset(truth, 0, sizeof truth);
    next_value = 1;
    value_now = 0;
    if (!spi_nor_bed_open(&bed, "W25Q128JV", 1)) return -1;
    bed.pause_ps = 200u * US;
    return 0;
}

static int end(void **state)
{
    (void)state;
    spi_nor_bed_close(&bed);
    return 0;
}

/* Until the run that follows erases a unit, which is found by trying. */
static struct past warm_up(void)
{
    struct past past;

    assert_int_equal(mount(), NACRE_OK);
    for (uint32_t i = 0; i < 2000u; i++) assert_int_equal(set_one(), NACRE_OK);
    for (uint32_t tries = 0; tries < 200u; tries++) {
        assert_int_equal(nacre_unmount(&store), NACRE_OK);
        memcpy(past.truth, truth, sizeof truth);
        past.next_value = next_value;
        past.mark = nor_mark(bed.chip.nor);
        assert_true(past.mark < NOR_MARKS);
        const uint64_t erases = nor_counters(bed.chip.nor).erases;
        assert_int_equal(mount(), NACRE_OK);
        for (uint32_t i = 0; i < SETS / 2u; i++) assert_int_equal(set_one(), NACRE_OK);
        if (nor_counters(bed.chip.nor).erases != erases) return past;
        nor_forget(bed.chip.nor, past.mark);
    }
    fail_msg("no erase");
    return past;
}

static void go_back(const struct past *past)
{
    nor_rewind(bed.chip.nor, past->mark);
    memcpy(truth, past->truth, sizeof truth);
    next_value = past->next_value;
    value_now = 0;
    bed.transfers = 0;
    bed.fault = (struct spi_fault){0};
}

static uint32_t share(void)
{
    return getenv("NACRE_CAMPAIGN") != NULL ? 1u : SHARE;
}

/* True: the power went. */
static bool is_cut(uint32_t at, uint32_t how, bool recovers)
{
    static const uint64_t later_ps[4] = {0, 0, 90 * US, 20 * MS};

    bed.transfers = 0;
    bed.cut_at = at;
    bed.cut_of_sent = how != 0 ? 1u : 0u;
    bed.cut_after_ps = later_ps[how];
    if (setjmp(bed.jump) != 0) {
        spi_nor_bed_cycle(&bed);
        return true;
    }
    const enum nacre_err err = mount();
    if (err != NACRE_OK) fail_msg("cut %u.%u: mount %d", at, how, (int)err);
    if (!recovers) run();
    bed.cut_at = 0;
    return false;
}

static void recover(uint32_t at, uint32_t how)
{
    const enum nacre_err err = mount();

    if (err != NACRE_OK) fail_msg("cut %u.%u: mount %d", at, how, (int)err);
    judge();
    for (uint32_t i = 0; i < 4u; i++) assert_int_equal(set_one(), NACRE_OK);
    judge();
}

static void test_spi_nor_store_cut_at_each_transfer_old_or_new(void **state)
{
    (void)state;
    const struct past past = warm_up();
    uint32_t cuts = 0;
    uint32_t second_cuts = 0;

    for (uint32_t at = 1, goes_on = 1; goes_on != 0; at += share()) {
        for (uint32_t how = 0; how < 4u; how++) {
            go_back(&past);
            nor_seed(bed.chip.nor, at * 4u + how);
            goes_on = is_cut(at, how, false) ? 1u : 0u;
            if (goes_on == 0) break;
            cuts++;
            if (is_cut(1u + (at * 7u + how) % 300u, (at + how) % 4u, true)) second_cuts++;
            recover(at, how);
        }
    }
    print_message("%u cuts, %u of them cut again\n", cuts, second_cuts);
    assert_true(cuts > 3000u / share());
    assert_true(second_cuts > cuts / 10u);
}

/*
 * A fault of the bus, then none: a call that answered with an error changed nothing or, for the
 * value that was being set, may have; after a mount all is as promised.
 */
static void test_spi_nor_store_fault_at_each_transfer_never_a_wrong_value(void **state)
{
    (void)state;
    const struct past past = warm_up();
    uint32_t errors = 0;
    uint32_t faults = 0;
    uint32_t all;

    go_back(&past);
    assert_int_equal(mount(), NACRE_OK);
    run();
    all = bed.transfers;
    for (uint32_t at = 1; at <= all; at += share()) {
        for (uint32_t count = 1; count <= 30u; count += 29u) {
            enum nacre_err err;

            go_back(&past);
            assert_int_equal(mount(), NACRE_OK);
            bed.fault = (struct spi_fault){at, count, (enum spi_fault_reach)(at % 3u),
                                           -NACRE_BUS_TIMEOUT};
            faults++;
            for (uint32_t i = 0; i < SETS; i++) {
                const uint32_t key = next_value % KEYS;
                const uint32_t value = next_value;

                err = set_one();
                if (err != NACRE_OK) {
                    errors++;
                    key_now = key;
                    value_now = value;
                    break;
                }
                if (i % 3u == 0) idle();
            }
            bed.fault = (struct spi_fault){0};
            assert_int_equal(mount(), NACRE_OK);
            judge();
            for (uint32_t i = 0; i < 4u; i++) assert_int_equal(set_one(), NACRE_OK);
            judge();
        }
    }
    print_message("%u transfers, %u faults, %u errors\n", all, faults, errors);
    assert_true(errors > 0 && errors < faults);
}

/* The model has seen nothing that a driver should not do, and the wear is even. */
static void test_spi_nor_store_wears_evenly_and_breaks_no_rule(void **state)
{
    (void)state;
    uint32_t least = UINT32_MAX;
    uint32_t most = 0;

    assert_int_equal(mount(), NACRE_OK);
    for (uint32_t i = 0; i < 9000u; i++) {
        assert_int_equal(set_one(), NACRE_OK);
        if (i % 50u != 0) continue;
        idle();
        judge(); /* while the erase is under way */
    }
    judge();
    for (uint32_t unit = 1; unit <= UNITS; unit++) {
        const uint32_t wear = nor_wear(bed.chip.nor, unit);

        least = wear < least ? wear : least;
        most = wear > most ? wear : most;
    }
    print_message("wear %u to %u, %u suspends\n", least, most, nor.stats.suspends);
    assert_true(least >= 5u && most <= least + 1u);
    assert_in_range(nor.stats.suspends, 50, 1000000);
    assert_true(spi_nor_bed_violations(&bed) < 5u); /* suspends that came too late */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_spi_nor_store_cut_at_each_transfer_old_or_new, begin,
                                    end),
    cmocka_unit_test_setup_teardown(
        test_spi_nor_store_fault_at_each_transfer_never_a_wrong_value, begin, end),
    cmocka_unit_test_setup_teardown(test_spi_nor_store_wears_evenly_and_breaks_no_rule, begin,
                                    end),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
