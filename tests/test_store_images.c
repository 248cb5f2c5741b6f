/*
 * Goal: a store that a released version has left is mounted by every later one, with all values;
 * one that a newer version has left is refused, and not changed.
 *
 * Method: the images in tests/images, made by tests/make_images.c at the time.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/decode.h"
#include "tests/support/image.h"

#include <stdio.h>
#include <string.h>

static struct nacre_index_entry index_entries[IMAGE_INDEX_COUNT];
static struct nacre_store store;
static uint8_t bytes[IMAGE_BYTES_MAX];

static void read_image(const char *name, uint32_t n)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/tests/images/%s.img", NACRE_SOURCE_DIR, name);
    FILE *const file = fopen(path, "rb");
    if (file == NULL) fail_msg("%s is missing", path);
    assert_int_equal(fread(bytes, 1, n, file), n);
    assert_int_equal(fgetc(file), EOF);
    assert_int_equal(fclose(file), 0);
}

static struct sim_nor *load(const struct image_kind *kind, const char *name)
{
    struct sim_nor *const sim = image_chip(kind);
    read_image(name, sim->bytes);
    sim_nor_poke(sim, 0, bytes, sim->bytes);
    return sim;
}

static void mount(struct sim_nor *sim, const char *name)
{
    const struct nacre_store_cfg cfg = image_cfg(sim, index_entries);
    sim_nor_power_on(sim);
    memset(&store, 0xa5, sizeof store);
    const enum nacre_err err = nacre_mount(&store, &cfg);
    if (err != NACRE_OK) fail_msg("%s: mount answered %d", name, (int)err);
}

static void expect_image(const struct image_kind *kind)
{
    const char *const fault = image_fault(kind, &store);
    if (fault != NULL) fail_msg("%s: %s is not as it was written", kind->name, fault);
}

static void test_store_images_hold_what_was_written(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < IMAGE_KINDS; i++) {
        const struct image_kind *const kind = &image_kinds[i];
        struct sim_nor *const sim = load(kind, kind->name);
        struct nacre_stats stats;
        for (uint32_t boot = 0; boot < 3u; boot++) {
            mount(sim, kind->name);
            if (boot == 0 && kind->is_clean) assert_int_equal(sim->counters.programs, 0);
            expect_image(kind);
        }
        assert_int_equal(nacre_stats(&store, &stats), NACRE_OK);
        assert_int_equal(stats.lane_count, kind->cut_bytes > 16u ? 2 : 1);
        assert_int_equal(stats.retired_units, kind->is_worn ? 1 : 0);
        assert_int_equal(sim->violations, 0);
        sim_nor_destroy(sim);
    }
}

/* They are not only read: each goes on working, over several laps. */
static void test_store_images_go_on_working(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < IMAGE_KINDS; i++) {
        const struct image_kind *const kind = &image_kinds[i];
        struct sim_nor *const sim = load(kind, kind->name);
        if (kind->is_worn) sim->unit_stuck[2] = SIM_STUCK_ERASE;
        mount(sim, kind->name);
        for (uint32_t k = 0; k < 3000u; k++) {
            assert_int_equal(nacre_set(&store, 40, &k, sizeof k), NACRE_OK);
            if (k % 500u == 0) mount(sim, kind->name);
        }
        assert_int_equal(nacre_remove(&store, 40), NACRE_OK);
        expect_image(kind);
        mount(sim, kind->name);
        expect_image(kind);
        assert_int_equal(sim->violations, 0);
        sim_nor_destroy(sim);
    }
}

static void test_store_images_newer_one_is_refused_untouched(void **state)
{
    (void)state;
    struct sim_nor *const sim = load(&image_kinds[0], "v2_newer");
    const struct nacre_store_cfg cfg = image_cfg(sim, index_entries);
    uint32_t length;
    for (uint32_t boot = 0; boot < 3u; boot++) {
        sim_nor_power_on(sim);
        memset(&store, 0, sizeof store);
        assert_int_equal(nacre_mount(&store, &cfg), NACRE_NEWER_FORMAT);
        assert_int_equal(nacre_get(&store, 1, NULL, 0, &length), NACRE_NOT_MOUNTED);
    }
    assert_int_equal(sim->counters.programs + sim->counters.erases, 0);
    assert_memory_equal(sim->data, bytes, sim->bytes);
    sim_nor_destroy(sim);
}

/* The damage is long gone from that image: its records say that two keys were lost. */
static void test_store_images_stale_one_says_so_in_its_records(void **state)
{
    (void)state;
    static struct decode decode;
    const struct image_kind *const kind = &image_kinds[IMAGE_KINDS - 1u];
    const struct decode_value *const stale = &decode.values[11];
    const struct decode_value *const lost = &decode.values[12];
    assert_true(kind->is_stale);
    read_image(kind->name, kind->unit_bytes * kind->unit_count);
    decode_region(&decode, bytes, kind->unit_bytes, kind->unit_count);
    assert_int_equal(decode.state, DECODE_STORE);
    assert_true(stale->is_set && stale->is_stale);
    assert_true(lost->is_known && !lost->is_set && lost->is_stale);
    assert_false(decode.values[1].is_stale);
}

/* The test itself is awake: a bit that flips in a value is noticed. */
static void test_store_images_spoilt_one_is_noticed(void **state)
{
    (void)state;
    const struct image_kind *const kind = &image_kinds[0];
    uint32_t noticed = 0;
    for (uint32_t addr = 16; addr < kind->unit_bytes * kind->unit_count; addr += 61u) {
        struct sim_nor *const sim = load(kind, kind->name);
        sim_nor_flip(sim, addr, 0x10);
        mount(sim, kind->name);
        noticed += image_fault(kind, &store) != NULL;
        sim_nor_destroy(sim);
    }
    assert_in_range(noticed, 5, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_images_hold_what_was_written),
        cmocka_unit_test(test_store_images_go_on_working),
        cmocka_unit_test(test_store_images_newer_one_is_refused_untouched),
        cmocka_unit_test(test_store_images_stale_one_says_so_in_its_records),
        cmocka_unit_test(test_store_images_spoilt_one_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
