/*
 * Goal: bits that read wrong for a moment are never passed off as a value, neither by a set that
 * copies, erases and marks meanwhile, nor by a mount whose newest records read well when they are
 * found and not when they are to be written again: that mount ends, within its bound.
 *
 * Method: one read of each set has a bit turned, each read in turn, through whole laps of a small
 * store; and a medium on which a granule reads well only so often after the marks were last read.
 */
#include "tests/support/cover_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define KEYS 6u
#define KEYS_COLD 12u /* and those that are set once, and copied from lap to lap */
#define BYTES 20u
#define STEPS 130u
#define READS_MAX 60u /* of a set that reads more, only some are turned */
#define PLACES 1024u
#define SCANS_MAX 32u

/* Right, or said to be older or lost. */
static void expect_nothing_false(uint32_t step, uint32_t read)
{
    for (uint32_t key = 0; key < KEYS_COLD; key++) {
        const struct cover_answer *const answer = &cover.new.at[key];
        const enum nacre_err err = box_get(&cover.box, key);
        if (err == NACRE_STALE || err == NACRE_DAMAGED) continue;
        if (answer->err == err && err == NACRE_NOT_FOUND) continue;
        if (box_holds(&cover.box, key, answer->n, answer->seed)) continue;
        fail_msg("step %u, read %u: key %u answers %d", step, read, key, (int)err);
    }
}

struct kept {
    struct nacre_store store;
    struct nacre_index_entry index[32];
    struct cover_values values;
};

static struct kept kept;

static void keep(void)
{
    kept.store = cover.box.store;
    memcpy(kept.index, cover.box.index, sizeof kept.index);
    kept.values = cover.new;
    sim_nor_copy(cover.start, cover.box.sim);
}

static void restore(void)
{
    cover.box.store = kept.store;
    memcpy(cover.box.index, kept.index, sizeof kept.index);
    cover.new = kept.values;
    sim_nor_copy(cover.box.sim, cover.start);
}

/* A set with one of its reads turned; returns how many reads it had. */
static uint32_t set_turned(uint32_t step, uint32_t read)
{
    const uint32_t key = step % KEYS;
    cover.failing.kinds = FAILING_READS;
    cover.failing.turns = true;
    cover.failing.calls = 0;
    cover.failing.at = read;
    cover.failing.count = read == COVER_FOR_EVER ? 0 : 1;
    const enum nacre_err err = box_set(&cover.box, key, BYTES, step);
    cover.failing.count = 0;
    if (err == NACRE_OK) cover.new.at[key] = (struct cover_answer){ NACRE_OK, BYTES, step };
    return cover.failing.calls;
}

static void test_cover_turn_a_read_of_each_set(void **state)
{
    (void)state;
    uint32_t runs = 0;
    for (uint32_t key = KEYS; key < KEYS_COLD; key++) cover_set(key, BYTES, key);
    for (uint32_t step = 0; step < STEPS; step++) {
        keep();
        const uint32_t reads = set_turned(step, COVER_FOR_EVER);
        assert_true(box_holds(&cover.box, step % KEYS, BYTES, step));
        const uint32_t stride = reads / READS_MAX + 1u;
        for (uint32_t read = step % stride; read < reads; read += stride) {
            restore();
            (void)set_turned(step, read);
            expect_nothing_false(step, read);
            runs++;
            if (runs % 16u != 0) continue;
            assert_int_equal(cover_boot(), NACRE_OK);
            expect_nothing_false(step, read);
        }
        restore();
        (void)set_turned(step, COVER_FOR_EVER);
    }
    assert_true(runs > 1000u);
}

/* A medium in front of the chip: after a scan has begun, a granule reads well so often. */
struct tired {
    struct nacre_medium medium;
    uint32_t good; /* reads of a granule that go well */
    uint32_t count[PLACES];
    uint32_t bytes;
    uint32_t marks; /* that were read one behind the other, from the first on */
};

static struct tired tired;

static struct nacre_medium *under(void)
{
    return &cover.box.sim->medium;
}

static enum nacre_err tired_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    (void)medium;
    const enum nacre_err err = under()->ops->read(under(), addr, buf, n);
    tired.bytes += n;
    tired.marks = addr == tired.marks * 1024u ? tired.marks + 1u : 0;
    const bool is_scan = tired.marks == 3u; /* mark by mark: a new look at all */
    if (is_scan) memset(tired.count, 0, sizeof tired.count);
    if (addr % 1024u != 0 && ++tired.count[addr / 16u] > tired.good) ((uint8_t *)buf)[12] ^= 1u;
    return err;
}

static enum nacre_err tired_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                    uint32_t n)
{
    (void)medium;
    return under()->ops->program(under(), addr, buf, n);
}

static enum nacre_err tired_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    (void)medium;
    return under()->ops->erase_start(under(), addr);
}

static enum nacre_err tired_erase_poll(struct nacre_medium *medium)
{
    (void)medium;
    return under()->ops->erase_poll(under());
}

static enum nacre_err tired_erase_wait(struct nacre_medium *medium)
{
    (void)medium;
    return under()->ops->erase_wait(under());
}

static bool tired_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                             bool write)
{
    (void)medium;
    return under()->ops->can_access(under(), buf, n, write);
}

static const struct nacre_medium_ops tired_ops = { tired_read, tired_program, tired_erase_start,
                                                   tired_erase_poll, tired_erase_wait,
                                                   tired_can_access };

/* A mount on the tired medium; true where it could not settle. */
static bool mount_tired(uint32_t good)
{
    struct nacre_store_cfg cfg = cover.box.cfg;
    memset(&tired, 0, sizeof tired);
    tired.medium = (struct nacre_medium){ &tired_ops, under()->geometry, false };
    tired.good = good;
    cfg.medium = &tired.medium;
    sim_nor_power_on(cover.box.sim);
    const enum nacre_err err = nacre_mount(&cover.box.store, &cfg);
    assert_in_range(tired.bytes, 1, SCANS_MAX * 4u * cover.box.sim->bytes);
    if (err != NACRE_OK && err != NACRE_UNSETTLED) fail_msg("%u good: %d", good, (int)err);
    return err == NACRE_UNSETTLED;
}

#define LAST 19u /* the last set: what it wrote is in doubt until a mount has settled it */

static void use(void)
{
    for (uint32_t i = 0; i <= LAST; i++) cover_set(i % KEYS, BYTES, i);
}

static void newest_is_old_or_new(void)
{
    const uint32_t key = LAST % KEYS;
    const bool is_old = box_holds(&cover.box, key, BYTES, LAST - KEYS);
    cover_expect(key, NACRE_OK, BYTES, is_old ? LAST - KEYS : LAST);
}

/* Mounts of the chip as it is, of all degrees of tiredness, each followed by one that is well. */
static void mount_all_tired(uint32_t most)
{
    uint32_t unsettled = 0;
    sim_nor_copy(cover.start, cover.box.sim);
    for (uint32_t good = 1; good < most; good++) {
        sim_nor_copy(cover.box.sim, cover.start);
        if (mount_tired(good)) unsettled++;
        assert_int_equal(cover_boot(), NACRE_OK);
        newest_is_old_or_new();
        cover_judge("well again");
    }
    assert_in_range(unsettled, 1, most - 1u);
}

static void test_cover_turn_newest_records_tire(void **state)
{
    (void)state;
    use();
    mount_all_tired(40);
}

static void test_cover_turn_newest_records_tire_in_a_fresh_unit(void **state)
{
    (void)state;
    cover_close();
    cover_open(12, 1024);
    assert_int_equal(cover_boot(), NACRE_OK);
    use();
    mount_all_tired(40);
}

/* Only lane A holds the newest record: it may tire behind the erase of the fresh unit. */
static void test_cover_turn_newest_record_of_one_lane_tires(void **state)
{
    (void)state;
    cover_close();
    cover_open(12, 1024);
    assert_int_equal(cover_boot(), NACRE_OK);
    use();
    sim_nor_flip(cover.box.sim, cover_find(LAST % KEYS) + 6u * 1024u + 20u, 4);
    mount_all_tired(120);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, cover_begin_one, cover_end)
    const struct CMUnitTest tests[] = {
        CASE(test_cover_turn_a_read_of_each_set),
        CASE(test_cover_turn_newest_records_tire),
        CASE(test_cover_turn_newest_records_tire_in_a_fresh_unit),
        CASE(test_cover_turn_newest_record_of_one_lane_tires),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
