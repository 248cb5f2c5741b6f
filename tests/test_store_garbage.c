/*
 * Goal: whatever bytes lie in the region, a mount ends with one of its answers, never programs what
 * it must not, and no get ever passes for a value what was not once set for that key.
 *
 * Method: images of a used store are spoilt by chance: bits flipped, granules moved, ranges
 * blanked, filled or overwritten with older bytes. Each value tells its key and version and how it
 * goes on, so that a false one is seen by itself.
 */
#include "tests/support/store_box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#define KEYS 8u
#define IMAGES 24u
#define SPOILT 60u

static struct box box;
static uint8_t older[32768];
static struct rng rng;

static int open_box(void **state)
{
    (void)state;
    rng.state = 11;
    box_open(&box, 8);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static int close_box(void **state)
{
    (void)state;
    box_close(&box);
    return 0;
}

/* The value of a version: its key, its number, then bytes that follow from both. */
static uint32_t make_version(uint8_t *value, uint32_t key, uint32_t version)
{
    const uint32_t n = 6u + (version * 7u + key) % 90u;
    struct rng fill = { rng_mix(key * 100003u + version) };
    for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)rng_next(&fill);
    value[0] = (uint8_t)key;
    for (uint32_t i = 0; i < 4u; i++) value[1u + i] = (uint8_t)(version >> (8u * i));
    return n;
}

static bool is_a_version(const uint8_t *value, uint32_t n, uint32_t key)
{
    uint8_t expected[128];
    uint32_t version = 0;
    if (n < 6u) return false;
    for (uint32_t i = 0; i < 4u; i++) version |= (uint32_t)value[1u + i] << (8u * i);
    return make_version(expected, key, version) == n && memcmp(value, expected, n) == 0;
}

static enum nacre_err set_version(uint32_t key, uint32_t version)
{
    uint8_t value[128];
    const uint32_t n = make_version(value, key, version);
    return nacre_set(&box.store, key, value, n);
}

static void spoil_once(void)
{
    const uint32_t granules = box.sim->bytes / 16u;
    const uint32_t addr = rng_below(&rng, granules) * 16u;
    const uint32_t n = 16u * (1u + rng_below(&rng, 40u));
    const uint32_t end = addr + n < box.sim->bytes ? addr + n : box.sim->bytes;
    switch (rng_below(&rng, 6u)) {
    case 0:
        box.sim->data[addr + rng_below(&rng, 16u)] ^= (uint8_t)(1u << rng_below(&rng, 8u));
        break;
    case 1:
        memmove(box.sim->data + addr, box.sim->data + rng_below(&rng, granules) * 16u, 16);
        break;
    case 2:
        memset(box.sim->data + addr, 0xff, end - addr);
        break;
    case 3:
        for (uint32_t i = addr; i < end; i++) box.sim->data[i] = (uint8_t)rng_next(&rng);
        break;
    case 4:
        memcpy(box.sim->data + addr, older + addr, end - addr);
        break;
    default: {
        const uint32_t unit = addr / 4096u * 4096u;
        memcpy(box.sim->data + unit, older + unit, 4096);
        break;
    }
    }
}

static bool is_an_answer(enum nacre_err err)
{
    return err == NACRE_OK || err == NACRE_UNSETTLED || err == NACRE_KEYS_FULL ||
           err == NACRE_FOREIGN || err == NACRE_NEWER_FORMAT || err == NACRE_VERIFY ||
           err == NACRE_DAMAGED;
}

static void expect_only_true_values(uint32_t image, uint32_t round)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        uint8_t value[NACRE_VALUE_BYTES_MAX];
        uint32_t n = 0;
        const enum nacre_err err = nacre_get(&box.store, key, value, sizeof value, &n);
        if (err == NACRE_NOT_FOUND || err == NACRE_DAMAGED) continue;
        if ((err != NACRE_OK && err != NACRE_STALE) || !is_a_version(value, n, key)) {
            fail_msg("image %u, round %u: key %u answers %d with a value nobody set", image, round,
                     key, (int)err);
        }
    }
}

/* After the damage the store may be used, as far as it lets itself be. */
static void use_what_is_left(uint32_t image, uint32_t round)
{
    for (uint32_t i = 0; i < 40u; i++) {
        const uint32_t key = rng_below(&rng, KEYS);
        const enum nacre_err err = set_version(key, 1000000u + i);
        if (err != NACRE_OK) continue;
        uint8_t value[NACRE_VALUE_BYTES_MAX];
        uint32_t n = 0;
        assert_int_equal(nacre_get(&box.store, key, value, sizeof value, &n), NACRE_OK);
        assert_true(is_a_version(value, n, key));
    }
    expect_only_true_values(image, round);
}

static void test_store_garbage_never_passes_for_a_value(void **state)
{
    (void)state;
    static uint8_t image_bytes[32768];
    uint32_t mounted = 0;
    uint32_t version = 0;
    for (uint32_t image = 0; image < IMAGES; image++) {
        memcpy(older, box.sim->data, sizeof older);
        for (uint32_t i = 0; i < 700u; i++, version++) {
            assert_int_equal(set_version(version % KEYS, version), NACRE_OK);
        }
        memcpy(image_bytes, box.sim->data, sizeof image_bytes);
        for (uint32_t round = 0; round < SPOILT; round++) {
            for (uint32_t i = rng_below(&rng, 12u) + 1u; i > 0; i--) spoil_once();
            sim_nor_poke(box.sim, 0, box.sim->data, box.sim->bytes);
            const enum nacre_err err = box_reboot(&box);
            if (!is_an_answer(err)) fail_msg("mount answered %d", (int)err);
            if (err == NACRE_OK) {
                mounted++;
                expect_only_true_values(image, round);
                use_what_is_left(image, round);
            }
            if (box.sim->violations != 0) fail_msg("violation: %s", box.sim->violation);
            sim_nor_poke(box.sim, 0, image_bytes, sizeof image_bytes);
        }
        assert_int_equal(box_reboot(&box), NACRE_OK);
    }
    print_message("spoilt images mounted: %u of %u\n", mounted, IMAGES * SPOILT);
    assert_in_range(mounted, IMAGES * SPOILT / 2u, IMAGES * SPOILT);
}

static void test_store_garbage_alone_is_foreign(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 200u; round++) {
        uint8_t bytes[4096];
        for (uint32_t unit = 0; unit < 8u; unit++) {
            for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)rng_next(&rng);
            if (rng_percent(&rng, 30u) && unit != 0) memset(bytes, 0xff, sizeof bytes);
            sim_nor_poke(box.sim, unit * 4096u, bytes, sizeof bytes);
        }
        assert_int_equal(box_reboot(&box), NACRE_FOREIGN);
    }
    assert_int_equal(box.sim->violations, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_box, close_box)
    const struct CMUnitTest tests[] = {
        CASE(test_store_garbage_never_passes_for_a_value),
        CASE(test_store_garbage_alone_is_foreign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
