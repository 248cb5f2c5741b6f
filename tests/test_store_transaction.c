/*
 * Goal: a transaction is all there or not there, each call of it answers as transaction.h says, and
 * what does not fit is refused before the first program.
 *
 * Method: a store on the simulated NOR. The chip's counters say whether anything was programmed,
 * the decoder what the bytes hold; a commit is cut at each of its commands, wherever it lies in the
 * units, and again after parts of it were reclaimed.
 */
#include "tests/support/box_fixture.h"
#include "tests/support/decode.h"

#include "nacre/core/transaction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#define MEMBERS 6u

static struct nacre_transaction tx;
static uint8_t buf[NACRE_TRANSACTION_BYTES(16, 16384)];
static jmp_buf jump;

static int open_four(void **state)
{
    (void)state;
    memset(&tx, 0, sizeof tx);
    box_open(&box, 4);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static enum nacre_err begin(void)
{
    return nacre_begin(&tx, &box.store, buf, sizeof buf);
}

static enum nacre_err stage(uint32_t key, uint32_t n, uint32_t seed)
{
    uint8_t value[NACRE_VALUE_BYTES_MAX];
    box_value(value, key, n, seed);
    const enum nacre_err err = nacre_stage_set(&tx, key, value, n);
    memset(value, 0x77, sizeof value);
    return err;
}

static uint32_t commands(void)
{
    return box.sim->counters.programs + box.sim->counters.erases;
}

static void test_store_transaction_sets_and_removes_at_once(void **state)
{
    (void)state;
    assert_int_equal(box_set(&box, 1, 20, 1), NACRE_OK);
    assert_int_equal(box_set(&box, 2, 20, 1), NACRE_OK);
    assert_int_equal(begin(), NACRE_OK);
    assert_int_equal(stage(1, 300, 2), NACRE_OK);
    assert_int_equal(nacre_stage_remove(&tx, 2), NACRE_OK);
    assert_int_equal(stage(3, 0, 2), NACRE_OK);
    const uint32_t before = commands();
    assert_true(box_holds(&box, 1, 20, 1) && box_holds(&box, 2, 20, 1) && box_lacks(&box, 3));
    assert_int_equal(commands(), before);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    for (uint32_t boot = 0; boot < 3u; boot++) {
        assert_true(box_holds(&box, 1, 300, 2) && box_lacks(&box, 2) && box_holds(&box, 3, 0, 2));
        assert_int_equal(box_reboot(&box), NACRE_OK);
    }
}

static void test_store_transaction_last_change_of_a_key_counts(void **state)
{
    (void)state;
    assert_int_equal(begin(), NACRE_OK);
    assert_int_equal(stage(1, 40, 1), NACRE_OK);
    assert_int_equal(nacre_stage_remove(&tx, 1), NACRE_OK);
    assert_int_equal(stage(1, 30, 2), NACRE_OK);
    assert_int_equal(stage(2, 10, 2), NACRE_OK);
    assert_int_equal(nacre_stage_remove(&tx, 2), NACRE_OK);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    assert_true(box_holds(&box, 1, 30, 2) && box_lacks(&box, 2));
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 1, 30, 2) && box_lacks(&box, 2));
}

static void test_store_transaction_of_nothing_programs_nothing(void **state)
{
    (void)state;
    assert_int_equal(box_set(&box, 1, 20, 1), NACRE_OK);
    const uint32_t before = commands();
    assert_int_equal(begin(), NACRE_OK);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    assert_int_equal(begin(), NACRE_OK);
    assert_int_equal(stage(1, 20, 1), NACRE_OK);
    assert_int_equal(nacre_stage_remove(&tx, 5), NACRE_OK);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    assert_int_equal(commands(), before);
    assert_true(box_holds(&box, 1, 20, 1) && box_lacks(&box, 5));
}

static void test_store_transaction_calls_out_of_order_are_refused(void **state)
{
    (void)state;
    uint8_t value[4] = { 0 };
    const uint32_t before = commands();
    assert_int_equal(nacre_commit(&tx), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_abandon(&tx), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_stage_set(&tx, 1, value, 4), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_stage_remove(&tx, 1), NACRE_NOT_BEGUN);
    assert_int_equal(begin(), NACRE_OK);
    assert_int_equal(stage(1, 4, 1), NACRE_OK);
    assert_int_equal(begin(), NACRE_ALREADY_BEGUN);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    assert_true(box_holds(&box, 1, 4, 1));
    const uint32_t after = commands();
    assert_true(after > before);
    assert_int_equal(nacre_commit(&tx), NACRE_NOT_BEGUN);
    assert_int_equal(begin(), NACRE_OK);
    assert_int_equal(nacre_abandon(&tx), NACRE_OK);
    assert_int_equal(nacre_abandon(&tx), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_commit(&tx), NACRE_NOT_BEGUN);
    assert_int_equal(commands(), after);
}

static void test_store_transaction_bad_arguments_keep_what_was_staged(void **state)
{
    (void)state;
    uint8_t value[NACRE_VALUE_BYTES_MAX + 1u] = { 0 };
    assert_int_equal(nacre_begin(NULL, &box.store, buf, sizeof buf), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_begin(&tx, &box.store, NULL, 100), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_begin(&tx, NULL, buf, sizeof buf), NACRE_NOT_MOUNTED);
    assert_int_equal(begin(), NACRE_OK);
    assert_int_equal(stage(1, 4, 1), NACRE_OK);
    assert_int_equal(nacre_stage_set(&tx, NACRE_KEY_MAX + 1u, value, 4), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stage_remove(&tx, NACRE_KEY_MAX + 1u), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stage_set(&tx, 2, value, sizeof value), NACRE_TOO_LARGE);
    assert_int_equal(nacre_stage_set(&tx, 2, NULL, 4), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    assert_true(box_holds(&box, 1, 4, 1) && box_lacks(&box, 2));
}

/* The macro states what a buffer holds, to the byte. */
static void test_store_transaction_buffer_holds_what_the_macro_says(void **state)
{
    (void)state;
    uint8_t small[NACRE_TRANSACTION_BYTES(3, 50)];
    assert_int_equal(nacre_begin(&tx, &box.store, small, sizeof small), NACRE_OK);
    assert_int_equal(stage(1, 20, 1), NACRE_OK);
    assert_int_equal(stage(2, 30, 1), NACRE_OK);
    assert_int_equal(nacre_stage_remove(&tx, 3), NACRE_OK);
    assert_int_equal(nacre_stage_remove(&tx, 4), NACRE_TRANSACTION_FULL);
    assert_int_equal(stage(4, 1, 1), NACRE_TRANSACTION_FULL);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    assert_true(box_holds(&box, 1, 20, 1) && box_holds(&box, 2, 30, 1) && box_lacks(&box, 4));
}

static void test_store_transaction_too_large_is_refused_before_a_program(void **state)
{
    (void)state;
    for (uint32_t key = 0; key < 3u; key++) assert_int_equal(box_set(&box, key, 60, 1), NACRE_OK);
    box_rest(&box);
    for (uint32_t calls = 1; calls <= 14u; calls++) {
        assert_int_equal(begin(), NACRE_OK);
        for (uint32_t i = 0; i < calls; i++) assert_int_equal(stage(i, 1000, calls), NACRE_OK);
        box_remember(&box);
        const uint32_t before = commands();
        const enum nacre_err err = nacre_commit(&tx);
        if (err == NACRE_OK) continue;
        assert_int_equal(err, NACRE_FULL);
        assert_int_equal(commands(), before);
        assert_true(box_is_unchanged(&box));
        assert_int_equal(nacre_commit(&tx), NACRE_NOT_BEGUN);
        assert_int_equal(box_set(&box, 3, 8, 1), NACRE_OK);
    }
    assert_int_equal(box_get(&box, 13), NACRE_NOT_FOUND);
    assert_true(box_holds(&box, 3, 8, 1));
}

static void test_store_transaction_keys_full_is_refused_before_a_program(void **state)
{
    (void)state;
    box.cfg.index_count = 5;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t key = 0; key < 4u; key++) assert_int_equal(box_set(&box, key, 8, 1), NACRE_OK);
    assert_int_equal(begin(), NACRE_OK);
    for (uint32_t key = 3; key < 7u; key++) assert_int_equal(stage(key, 8, 2), NACRE_OK);
    box_remember(&box);
    const uint32_t before = commands();
    assert_int_equal(nacre_commit(&tx), NACRE_KEYS_FULL);
    assert_int_equal(commands(), before);
    assert_true(box_is_unchanged(&box));
    assert_true(box_holds(&box, 3, 8, 1) && box_lacks(&box, 4));
}

static void test_store_transaction_abandoned_leaves_nothing(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 600u; round++) {
        assert_int_equal(begin(), NACRE_OK);
        for (uint32_t key = 0; key < MEMBERS; key++) assert_int_equal(stage(key, 30, 9), NACRE_OK);
        const uint32_t before = commands();
        assert_int_equal(nacre_abandon(&tx), NACRE_OK);
        assert_int_equal(commands(), before);
        assert_int_equal(box_set(&box, 7, 20, round), NACRE_OK);
        if (round % 100u == 0) assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_true(box_lacks(&box, round % MEMBERS));
    }
}

/* What the keys hold before: seed 1, and after the commit: seed 2, key 1 gone. */
static bool holds_before(void)
{
    for (uint32_t key = 0; key < MEMBERS; key++) {
        if (!box_holds(&box, key, 10u + key * 17u, 1)) return false;
    }
    return true;
}

static bool holds_after(void)
{
    for (uint32_t key = 0; key < MEMBERS; key++) {
        if (key != 1u && !box_holds(&box, key, 12u + key * 19u, 2)) return false;
    }
    return box_lacks(&box, 1);
}

static void set_all(void)
{
    for (uint32_t key = 0; key < MEMBERS; key++) {
        assert_int_equal(box_set(&box, key, 10u + key * 17u, 1), NACRE_OK);
    }
}

static enum nacre_err commit_all(void)
{
    memset(&tx, 0, sizeof tx);
    assert_int_equal(begin(), NACRE_OK);
    for (uint32_t key = 0; key < MEMBERS; key++) {
        if (key == 1u) assert_int_equal(nacre_stage_remove(&tx, key), NACRE_OK);
        else assert_int_equal(stage(key, 12u + key * 19u, 2), NACRE_OK);
    }
    return nacre_commit(&tx);
}

/* Cut a commit at a command. Returns false when it was over before it. */
static bool commit_cut(uint32_t command, uint64_t seed)
{
    const struct sim_tear tear = { SIM_TEAR_ANY, 0, seed };
    if (setjmp(jump) != 0) return true;
    sim_nor_cut_at(box.sim, command, &tear, &jump);
    assert_int_equal(commit_all(), NACRE_OK);
    sim_nor_cut_never(box.sim);
    return false;
}

/* Push the log on by so many granules of another key. */
static void push(uint32_t granules, uint32_t seed)
{
    for (uint32_t i = 0; i < granules; i++) {
        assert_int_equal(box_set(&box, 20, 8, seed * 100000u + i), NACRE_OK);
    }
}

static void test_store_transaction_cut_is_all_or_nothing_anywhere(void **state)
{
    (void)state;
    uint32_t cuts = 0;
    uint32_t kept[2] = { 0, 0 };
    for (uint32_t offset = 0; offset < 90u; offset++) {
        for (uint32_t command = 0; command < 20u; command++) {
            box_close(&box);
            box_open(&box, 4);
            assert_int_equal(box_reboot(&box), NACRE_OK);
            push(170u + offset, 1);
            set_all();
            if (!commit_cut(command, offset * 64u + command)) break;
            assert_int_equal(box_reboot(&box), NACRE_OK);
            const bool is_new = holds_after();
            if (!is_new && !holds_before()) fail_msg("offset %u, command %u", offset, command);
            push(5u + offset % 3u * 300u, 2);
            assert_int_equal(box_reboot(&box), NACRE_OK);
            assert_true(is_new ? holds_after() : holds_before());
            cuts++;
            kept[is_new ? 1 : 0]++;
        }
    }
    print_message("commits cut: %u, old %u, new %u\n", cuts, kept[0], kept[1]);
    assert_in_range(cuts, 400, 1800);
    assert_in_range(kept[0], 100, 1800);
    assert_in_range(kept[1], 10, 1800);
}

/* The start is reclaimed, then the middle, then the closing: nothing falls apart. */
static void test_store_transaction_outlives_its_parts(void **state)
{
    (void)state;
    for (uint32_t offset = 0; offset < 40u; offset++) {
        box_close(&box);
        box_open(&box, 4);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        push(200u + offset, 1);
        set_all();
        assert_int_equal(commit_all(), NACRE_OK);
        for (uint32_t i = 0; i < 60u; i++) {
            push(23, 10u + i);
            if (i % 4u == 0) assert_int_equal(box_reboot(&box), NACRE_OK);
            if (!holds_after()) fail_msg("offset %u, after %u granules", offset, 23u * i);
        }
    }
}

/* A commit that was cut leaves members without a closing; later commits at the same places do not
 * bring them to life. */
static void test_store_transaction_cut_members_stay_void_for_ever(void **state)
{
    (void)state;
    static uint8_t bytes[16384];
    static struct decode decode;
    uint32_t loose = 0;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    set_all();
    for (uint32_t round = 0; round < 60u; round++) {
        const bool is_cut = commit_cut(3u + round % 4u, round);
        sim_nor_peek(box.sim, 0, bytes, sizeof bytes);
        decode_region(&decode, bytes, 4096, 4);
        loose += decode.loose != 0;
        if (is_cut) assert_int_equal(box_reboot(&box), NACRE_OK);
        if (!holds_before()) {
            assert_true(holds_after());
            set_all();
        }
        assert_int_equal(begin(), NACRE_OK);
        assert_int_equal(stage(30, 4, round), NACRE_OK);
        assert_int_equal(stage(31, 4, round), NACRE_OK);
        assert_int_equal(nacre_commit(&tx), NACRE_OK);
        assert_true(holds_before());
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_true(holds_before() && box_holds(&box, 31, 4, round));
    }
    assert_in_range(loose, 1, 60);
}

static void test_store_transaction_failed_program_is_tried_again_or_undone(void **state)
{
    (void)state;
    set_all();
    for (uint32_t command = 0; command < 12u; command++) {
        for (uint32_t count = 1; count < 4u; count++) {
            set_all();
            box.sim->faults.program_fails = command;
            box.sim->faults.fail_count = count;
            const enum nacre_err err = commit_all();
            sim_faults_none(&box.sim->faults);
            if (err == NACRE_OK) assert_true(holds_after());
            else assert_true(holds_before());
            assert_int_equal(box_reboot(&box), NACRE_OK);
            assert_true(err == NACRE_OK ? holds_after() : holds_before());
        }
    }
}

static void test_store_transaction_two_at_a_time_do_not_mix(void **state)
{
    (void)state;
    struct nacre_transaction other = { 0 };
    uint8_t other_buf[NACRE_TRANSACTION_BYTES(2, 40)];
    uint8_t value[20];
    assert_int_equal(begin(), NACRE_OK);
    assert_int_equal(nacre_begin(&other, &box.store, other_buf, sizeof other_buf), NACRE_OK);
    assert_int_equal(stage(1, 20, 1), NACRE_OK);
    box_value(value, 1, 20, 2);
    assert_int_equal(nacre_stage_set(&other, 1, value, 20), NACRE_OK);
    assert_int_equal(box_set(&box, 1, 20, 3), NACRE_OK);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    assert_true(box_holds(&box, 1, 20, 1));
    assert_int_equal(nacre_commit(&other), NACRE_OK);
    assert_true(box_holds(&box, 1, 20, 2));
}

static void test_store_transaction_after_unmount_is_refused(void **state)
{
    (void)state;
    assert_int_equal(begin(), NACRE_OK);
    assert_int_equal(stage(1, 20, 1), NACRE_OK);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    box_remember(&box);
    assert_int_equal(nacre_commit(&tx), NACRE_NOT_MOUNTED);
    assert_true(box_is_unchanged(&box));
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_lacks(&box, 1));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_four, box_end)
    const struct CMUnitTest tests[] = {
        CASE(test_store_transaction_sets_and_removes_at_once),
        CASE(test_store_transaction_last_change_of_a_key_counts),
        CASE(test_store_transaction_of_nothing_programs_nothing),
        CASE(test_store_transaction_calls_out_of_order_are_refused),
        CASE(test_store_transaction_bad_arguments_keep_what_was_staged),
        CASE(test_store_transaction_buffer_holds_what_the_macro_says),
        CASE(test_store_transaction_too_large_is_refused_before_a_program),
        CASE(test_store_transaction_keys_full_is_refused_before_a_program),
        CASE(test_store_transaction_abandoned_leaves_nothing),
        CASE(test_store_transaction_cut_is_all_or_nothing_anywhere),
        CASE(test_store_transaction_outlives_its_parts),
        CASE(test_store_transaction_cut_members_stay_void_for_ever),
        CASE(test_store_transaction_failed_program_is_tried_again_or_undone),
        CASE(test_store_transaction_two_at_a_time_do_not_mix),
        CASE(test_store_transaction_after_unmount_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
