/*
 * Goal: whatever call of either medium fails while a store is copied, and whenever another thread
 * unmounts one of the two, nacre_copy tells it by an error or ends whole; and done again, it ends
 * whole, with each value as the source has it, lost ones lost.
 *
 * Method: a source with good, stale, lost, removed and factory values; a destination with values of
 * its own, to be replaced; locks that must be taken and given in turn. The n-th read, program or
 * start of an erase of one medium answers NACRE_IO once, or the n-th taking of a lock finds the
 * store gone, for each n up to the end.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/copy_bed.h"

#include "nacre/core/own.h"

#include <string.h>

#define READ_STRIDE 3u /* reads are many; a prime */
#define NONCES 1000u

enum call { CALL_READ, CALL_PROGRAM, CALL_ERASE, CALL_LOCK };

struct place {
    struct copy_side *side;
    enum call call;
    uint32_t stride;
};

static const struct place places[] = {
    {&from, CALL_READ, READ_STRIDE}, {&to, CALL_READ, READ_STRIDE}, {&to, CALL_PROGRAM, 1},
    {&to, CALL_ERASE, 1},            {&from, CALL_LOCK, 1},         {&to, CALL_LOCK, 1},
};

static const struct nacre_geometry four = {4096, 4, 16, 256, 16, 0};

/* Which call is to fail, and how many of its kind came. */
static const struct place *at;
static uint32_t fails_at;
static uint32_t calls;
static bool is_armed;
static const struct nacre_medium_ops *real;

static bool fails(const struct nacre_medium *medium, enum call call)
{
    if (!is_armed || call != at->call || medium != &at->side->box.sim->medium) return false;
    return calls++ == fails_at;
}

static enum nacre_err bad_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    return fails(medium, CALL_READ) ? NACRE_IO : real->read(medium, addr, buf, n);
}

static enum nacre_err bad_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                  uint32_t n)
{
    return fails(medium, CALL_PROGRAM) ? NACRE_IO : real->program(medium, addr, buf, n);
}

static enum nacre_err bad_erase(struct nacre_medium *medium, uint32_t addr)
{
    return fails(medium, CALL_ERASE) ? NACRE_IO : real->erase_start(medium, addr);
}

/* A lock that is taken once and given back. */
struct mutex {
    struct copy_side *side;
    bool is_taken;
};

/* Another thread had the lock before and unmounted the store. */
static void unmount(struct copy_side *side)
{
    is_armed = false;
    const enum nacre_err err = nacre_unmount(&side->box.store);
    is_armed = true;
    assert_int_equal(err, NACRE_OK);
}

static void take(void *context)
{
    struct mutex *const mutex = context;
    const bool is_asked = is_armed && at->call == CALL_LOCK && at->side == mutex->side;
    assert_false(mutex->is_taken);
    if (is_asked && calls++ == fails_at) unmount(mutex->side);
    mutex->is_taken = true;
}

static void give(void *context)
{
    struct mutex *const mutex = context;
    assert_true(mutex->is_taken);
    mutex->is_taken = false;
}

static struct mutex mutexes[] = {{&from, false}, {&to, false}};
static struct nacre_lock locks[] = {{take, give, &mutexes[0]}, {take, give, &mutexes[1]}};

/* Slot 1 goes back to its older value and says so, slot 2 is lost. */
static void fill(void)
{
    static const uint8_t nonces[8] = {NONCES & 0xFFu, NONCES >> 8};
    struct rng rng = {5};
    copy_sets(&from, 1, 8, 0x11);
    copy_sets(&from, 2, 20, 0x12);
    copy_sets(&from, 1, 8, 0x14);
    copy_sets(&from, COPY_USER, 12, 0x15);
    copy_sets(&from, 6, 40, 0x16);
    copy_spoil(&from, copy_key(1), 1);
    copy_spoil(&from, copy_key(2), 1);
    from.model.value[1].answer = NACRE_STALE;
    memset(from.model.value[1].bytes, 0x11, 8);
    from.model.value[2].answer = NACRE_DAMAGED;
    copy_use(&to, &rng, 12);
    assert_int_equal(nacre_own_set(&from.box.store, NACRE_OWN_NONCE, nonces, 8), NACRE_OK);
    assert_int_equal(nacre_own_set(&to.box.store, NACRE_OWN_NONCE, nonces, 8), NACRE_OK);
}

static void begin(struct nacre_medium_ops *bad)
{
    is_armed = false;
    copy_bed_open(&four, &four);
    real = from.box.sim->medium.ops;
    *bad = *real;
    bad->read = bad_read;
    bad->program = bad_program;
    bad->erase_start = bad_erase;
    from.box.sim->medium.ops = bad;
    to.box.sim->medium.ops = bad;
    from.box.cfg.lock = &locks[0];
    to.box.cfg.lock = &locks[1];
    fill();
    copy_reboot();
    copy_cfg.replace = true;
}

/* One copy in which one call fails. Returns false when no call was left to fail. */
static bool run(const struct place *place, uint32_t n, uint32_t *errors)
{
    struct nacre_medium_ops bad;
    begin(&bad);
    at = place;
    fails_at = n;
    calls = 0;
    is_armed = true;
    const enum nacre_err err = nacre_copy(&copy_cfg);
    is_armed = false;
    const bool has_failed = calls > n;
    if (err == NACRE_OK && place->call != CALL_LOCK) copy_holds(&to, &from.model);
    if (err != NACRE_OK) *errors += 1u;
    if (!has_failed) assert_int_equal(err, NACRE_OK);
    copy_reboot();
    copy_whole();
    copy_holds(&to, &from.model);
    copy_reboot();
    copy_holds(&to, &from.model);
    assert_int_equal(copy_bed_close(NULL), 0);
    return has_failed;
}

static void test_copy_fails_at_each_call_and_ends_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        uint32_t errors = 0;
        uint32_t n = 0;
        while (run(&places[i], n, &errors)) n += places[i].stride;
        print_message("place %zu: %u calls, %u errors\n", i, n, errors);
        assert_true(n > 0);
        assert_true(errors > 0 || places[i].call == CALL_ERASE);
    }
}

/* ---- own records that this library did not write ---- */

static int begin_plain(void **state)
{
    (void)state;
    is_armed = false;
    copy_bed_open(&four, &four);
    copy_sets(&from, 1, 8, 1);
    return 0;
}

static void test_copy_record_of_a_newer_library_is_left_alone(void **state)
{
    static const uint8_t record[12] = {1, 0, 2, 1};
    enum nacre_copied is;
    (void)state;
    for (uint32_t n = 0; n <= sizeof record; n += 3u) {
        if (n == 3u) continue;
        assert_int_equal(nacre_own_set(copy_cfg.to, NACRE_OWN_COPY, record, n), NACRE_OK);
        assert_int_equal(nacre_copy_state(copy_cfg.to, 1, &is), NACRE_NEWER_FORMAT);
        copy_refuses(NACRE_NEWER_FORMAT);
    }
    const uint8_t other_layout[4] = {1, 0, 2, 9};
    assert_int_equal(nacre_own_set(copy_cfg.to, NACRE_OWN_COPY, other_layout, 4), NACRE_OK);
    copy_refuses(NACRE_NEWER_FORMAT);
}

/* What cannot be a ceiling is none: the copy does not fail for it, and gives the source's. */
static void test_copy_ceiling_of_another_length_counts_as_none(void **state)
{
    static const uint8_t bytes[12] = {7, 7, 7, 7};
    uint8_t ceiling[8];
    uint32_t n;
    (void)state;
    assert_int_equal(nacre_own_set(copy_cfg.to, NACRE_OWN_NONCE, bytes, 12), NACRE_OK);
    assert_int_equal(nacre_own_set(copy_cfg.from, NACRE_OWN_NONCE, bytes, 3), NACRE_OK);
    copy_cfg.replace = true;
    copy_whole();
    copy_holds(&to, &from.model);
    copy_sets(&from, 1, 8, 2);
    copy_cfg.number = 2;
    assert_int_equal(nacre_own_set(copy_cfg.from, NACRE_OWN_NONCE, bytes, 8), NACRE_OK);
    copy_whole();
    assert_int_equal(nacre_own_get(copy_cfg.to, NACRE_OWN_NONCE, ceiling, 8, &n), NACRE_OK);
    assert_true(n == 8u && memcmp(ceiling, bytes, 8) > 0);
}

static void test_copy_without_the_work_that_it_was_told_of_is_refused(void **state)
{
    (void)state;
    copy_cfg.work = NULL;
    copy_refuses(NACRE_BAD_ARGUMENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_copy_##name, begin_plain, copy_bed_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(record_of_a_newer_library_is_left_alone),
        TEST(ceiling_of_another_length_counts_as_none),
        TEST(without_the_work_that_it_was_told_of_is_refused),
        cmocka_unit_test(test_copy_fails_at_each_call_and_ends_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
