/*
 * Goal: where the chip wears out while the store has something to make good for (a lost key to be
 * written down, an erase of idle time to be waited for), the call says so, the store is read-only
 * from then on, and every value is there.
 *
 * Method: stores of three units, of which none can be spared, at every fill of the head; the unit
 * ahead does not erase any more.
 */
#include "tests/support/cover_bed.h"

#include "tests/support/cmocka_all.h"

#define FILLS 70u

static int open_three(void **state)
{
    (void)state;
    cover_open(3, 16);
    return 0;
}

static enum nacre_err read_only_now(void)
{
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&cover.box.store, &stats), NACRE_OK);
    return stats.read_only;
}

/* Three keys, and a fourth set so often; then no unit but the head's erases any more. */
static void use_and_stick(uint32_t sets)
{
    cover_close();
    cover_open(3, 16);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_set(1, 4, 1);
    cover_set(5, 4, 1);
    for (uint32_t i = 0; i < sets; i++) cover_set(2, 4, i);
    const uint32_t head = cover_find(sets == 0 ? 5 : 2) / 1024u;
    for (uint32_t unit = 0; unit < 3u; unit++) {
        if (unit != head) cover.box.sim->unit_stuck[unit] = SIM_STUCK_ERASE;
    }
}

static void boot_and_judge(const char *when)
{
    const enum nacre_err err = cover_boot();
    if (err != NACRE_OK && err != NACRE_WORN_OUT && err != NACRE_UNSETTLED) {
        fail_msg("%s: a mount answers %d", when, (int)err);
    }
    cover_judge(when);
}

/* A lost key must be written down, and there is no unit to go on to. */
static void test_cover_worn_while_a_loss_is_written_down(void **state)
{
    (void)state;
    uint32_t refused = 0;
    for (uint32_t sets = 2; sets < FILLS; sets++) {
        use_and_stick(sets);
        sim_nor_flip(cover.box.sim, cover_find(5) + 9u, 0x21);
        cover_expect(5, NACRE_DAMAGED, 0, 0);
        cover_judge("the damage is met");
        const enum nacre_err err = box_set(&cover.box, 1, 4, 2);
        if (err == NACRE_OK) cover_expect(1, NACRE_OK, 4, 2);
        if (err == NACRE_READ_ONLY) {
            assert_int_equal(read_only_now(), NACRE_WORN_OUT);
            refused++;
        } else if (err != NACRE_OK && err != NACRE_WORN_OUT && err != NACRE_IO) {
            fail_msg("after %u sets: a set answers %d", sets, (int)err);
        }
        cover_judge("a loss was to be written down");
        boot_and_judge("a loss was to be written down, next boot");
    }
    assert_in_range(refused, 1, FILLS);
}

/* An erase was begun in idle time; the note of the unmount waits for it, and it is one too many. */
static void test_cover_worn_while_an_unmount_waits(void **state)
{
    (void)state;
    uint32_t worn = 0;
    for (uint32_t calls = 0; calls < 20u; calls++) {
        use_and_stick(FILLS);
        bool more;
        for (uint32_t i = 0; i < calls; i++) {
            const enum nacre_err err = nacre_idle(&cover.box.store, &more);
            const bool is_told = err == NACRE_OK || err == NACRE_IO || err == NACRE_WORN_OUT ||
                                 err == NACRE_READ_ONLY;
            if (!is_told) fail_msg("idle call %u of %u answers %d", i, calls, (int)err);
            if (i + 1u < calls) sim_nor_pass_us(cover.box.sim, 30000);
        }
        const bool was_worn = read_only_now() == NACRE_WORN_OUT;
        const enum nacre_err err = nacre_unmount(&cover.box.store);
        if (was_worn) assert_int_equal(err, NACRE_OK); /* nothing was written, nothing is said */
        else assert_true(err == NACRE_OK || err == NACRE_WORN_OUT);
        if (err == NACRE_WORN_OUT) worn++;
        assert_int_equal(box_get(&cover.box, 1), NACRE_NOT_MOUNTED);
        boot_and_judge("after an unmount that waited");
    }
    assert_in_range(worn, 1, 3);
}

static enum nacre_err call_renew_of_a_lost_key(void)
{
    sim_nor_flip(cover.box.sim, cover_find(5) + 9u, 0x21);
    if (box_get(&cover.box, 5) != NACRE_DAMAGED) return NACRE_BAD_ARGUMENT;
    return nacre_renew(&cover.box.store, 5);
}

/* To renew a key that was lost is to write its loss down, however often programs fail. */
static void test_cover_worn_renewal_of_a_lost_key(void **state)
{
    (void)state;
    static const struct cover_call ways[] = {
        { .call = call_renew_of_a_lost_key, .kinds = FAILING_PROGRAMS, .count = 1,
          .err = NACRE_IO },
        { .call = call_renew_of_a_lost_key, .kinds = FAILING_PROGRAMS, .count = 2,
          .err = NACRE_TIMEOUT },
    };
    cover_close();
    cover_open(6, 16);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_set(5, 4, 1);
    for (uint32_t i = 0; i < 5u; i++) cover_set(2, 4, i);
    cover_expect(5, NACRE_DAMAGED, 0, 0);
    for (uint32_t i = 0; i < 2u; i++) assert_true(cover_every(&ways[i]) > 1u);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_three, cover_end)
    const struct CMUnitTest tests[] = {
        CASE(test_cover_worn_while_a_loss_is_written_down),
        CASE(test_cover_worn_while_an_unmount_waits),
        CASE(test_cover_worn_renewal_of_a_lost_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
