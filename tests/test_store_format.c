/*
 * Goal: the bytes are what docs/format.md says; a newer format is refused untouched; a format that
 * is cut leaves the old store or the empty one, and an old value never comes back.
 *
 * Method: the second reader (decode.c), which is written from the document; images made by hand; a
 * cut at every command of nacre_format with every tear.
 */
#include "tests/support/box_fixture.h"
#include "tests/support/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#define KEYS 9u

static struct box before;
static struct decode decode;
static jmp_buf jump;

static void read_bytes(void)
{
    static uint8_t bytes[65536];
    sim_nor_peek(box.sim, 0, bytes, box.sim->bytes);
    decode_region(&decode, bytes, 4096, box.sim->medium.geometry.unit_count);
}

static void test_store_format_check_value_of_the_crc(void **state)
{
    (void)state;
    assert_int_equal(decode_crc(0, (const uint8_t *)"123456789", 9), 0xe3069283u);
}

static void test_store_format_bytes_hold_what_was_set(void **state)
{
    (void)state;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 2000u; i++) {
        const uint32_t key = i * 5u % KEYS;
        assert_int_equal(box_set(&box, key, key * 7u, i), NACRE_OK);
        if (i % 17u != 0 || i < 50u) continue;
        read_bytes();
        assert_int_equal(decode.state, DECODE_STORE);
        for (uint32_t k = 0; k < KEYS; k++) {
            assert_true(decode.values[k].is_set);
            assert_int_equal(decode.values[k].n, k * 7u);
            uint8_t value[64];
            uint32_t n = 0;
            assert_int_equal(nacre_get(&box.store, k, value, sizeof value, &n), NACRE_OK);
            assert_memory_equal(decode.values[k].bytes, value, n);
        }
    }
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    read_bytes();
    assert_true(decode.is_clean);
}

/* Every unit starts with a mark of its generation; what it says fits the chip's own count. */
static void test_store_format_marks_tell_generation_and_wear(void **state)
{
    (void)state;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 6000u; i++) assert_int_equal(box_set(&box, 1, 4, i), NACRE_OK);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    read_bytes();
    uint32_t marked = 0;
    for (uint32_t unit = 0; unit < 4u; unit++) {
        const uint8_t *const granule = box.sim->data + unit * 4096u;
        uint8_t expected[16];
        struct decode_mark mark = { 0, 0, box.sim->unit_wear[unit], 1 };
        for (uint32_t i = 0; i < 4u; i++) {
            mark.generation |= (uint32_t)granule[i] << (8u * i);
            mark.oldest |= (uint32_t)granule[4u + i] << (8u * i);
        }
        decode_make_mark(expected, &mark, unit * 256u, 4);
        if (memcmp(granule, expected, 16) != 0) continue;
        assert_int_equal((mark.generation - 1u) % 4u, unit);
        assert_in_range(mark.oldest, decode.oldest > 4u ? decode.oldest - 4u : 0, mark.generation);
        marked++;
    }
    assert_in_range(marked, 3, 4);
}

static void test_store_format_newer_version_is_refused_untouched(void **state)
{
    (void)state;
    uint8_t granule[16];
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 300u; i++) assert_int_equal(box_set(&box, 1, 4, i), NACRE_OK);
    read_bytes();
    const uint32_t next = decode.head + 1u;
    const struct decode_mark mark = { next, next, 1, 2 };
    const uint32_t unit = (next - 1u) % 4u;
    decode_make_mark(granule, &mark, unit * 256u, 4);
    sim_nor_poke(box.sim, unit * 4096u, granule, 16);
    box_remember(&box);
    const uint32_t programs = box.sim->counters.programs;
    const uint32_t erases = box.sim->counters.erases;
    assert_int_equal(box_reboot(&box), NACRE_NEWER_FORMAT);
    assert_int_equal(box_reboot(&box), NACRE_NEWER_FORMAT);
    assert_true(box_is_unchanged(&box));
    assert_int_equal(box.sim->counters.programs, programs);
    assert_int_equal(box.sim->counters.erases, erases);
    assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
    assert_true(box_lacks(&box, 1));
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_lacks(&box, 1));
}

/* A mark of another place, or of another region's size, is none of ours. */
static void test_store_format_mark_out_of_place_counts_for_nothing(void **state)
{
    (void)state;
    uint8_t granule[16];
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 100u; i++) assert_int_equal(box_set(&box, 1, 4, i), NACRE_OK);
    read_bytes();
    const uint32_t unit = (decode.head + 1u) % 4u;
    const struct decode_mark wrong_place = { decode.head + 5u, 1, 1, 1 };
    decode_make_mark(granule, &wrong_place, unit * 256u, 4);
    sim_nor_poke(box.sim, unit * 4096u, granule, 16);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 1, 4, 99));
    const struct decode_mark wrong_size = { (decode.head / 4u + 1u) * 4u + unit + 1u, 1, 1, 2 };
    decode_make_mark(granule, &wrong_size, unit * 256u, 8);
    sim_nor_poke(box.sim, unit * 4096u, granule, 16);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 1, 4, 99));
}

static bool holds_old(void)
{
    for (uint32_t k = 0; k < KEYS; k++) {
        if (!box_holds(&box, k, k * 3u, 70u + k)) return false;
    }
    return true;
}

static bool holds_nothing(void)
{
    uint32_t key = 0;
    return nacre_next(&box.store, &key) == NACRE_NOT_FOUND;
}

static void copy_box(struct box *to, const struct box *from)
{
    struct sim_nor *const sim = to->sim;
    sim_nor_copy(sim, from->sim);
    to->store = from->store;
    memcpy(to->index, from->index, sizeof to->index);
}

/* Cut a format at a command. Returns false when the format was over before it. */
static bool format_cut(uint32_t command, const struct sim_tear *tear)
{
    copy_box(&box, &before);
    sim_nor_power_on(box.sim);
    if (setjmp(jump) != 0) return true;
    sim_nor_cut_at(box.sim, command, tear, &jump);
    assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
    sim_nor_cut_never(box.sim);
    return false;
}

static void test_store_format_cut_leaves_old_or_nothing(void **state)
{
    (void)state;
    uint32_t points = 0;
    uint32_t emptied = 0;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 1500u; i++) {
        assert_int_equal(box_set(&box, i % KEYS, i % 90u, i), NACRE_OK);
    }
    for (uint32_t k = 0; k < KEYS; k++) {
        assert_int_equal(box_set(&box, k, k * 3u, 70u + k), NACRE_OK);
    }
    box_open(&before, 4);
    copy_box(&before, &box);
    for (uint32_t command = 0; command < 64u; command++) {
        bool any = false;
        for (uint32_t variant = 0; variant < 60u; variant++) {
            const struct sim_tear tear = { SIM_TEAR_ANY, 0, rng_mix(command * 64u + variant) };
            if (!format_cut(command, &tear)) break;
            any = true;
            points++;
            assert_int_equal(box_reboot(&box), NACRE_OK);
            const bool old = holds_old();
            if (!old && !holds_nothing()) fail_msg("command %u, variant %u", command, variant);
            emptied += old ? 0 : 1u;
            for (uint32_t boot = 0; boot < 2u; boot++) {
                assert_int_equal(box_reboot(&box), NACRE_OK);
                if (old ? !holds_old() : !holds_nothing()) {
                    fail_msg("command %u, variant %u flips at boot %u", command, variant, boot);
                }
            }
        }
        if (!any) break;
    }
    box_close(&before);
    print_message("cuts in a format: %u, of them %u left it empty\n", points, emptied);
    assert_in_range(points, 100, 4000);
    assert_in_range(emptied, 1, points - 1u);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, box_begin_four, box_end)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_format_check_value_of_the_crc),
        CASE(test_store_format_bytes_hold_what_was_set),
        CASE(test_store_format_marks_tell_generation_and_wear),
        CASE(test_store_format_newer_version_is_refused_untouched),
        CASE(test_store_format_mark_out_of_place_counts_for_nothing),
        CASE(test_store_format_cut_leaves_old_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
