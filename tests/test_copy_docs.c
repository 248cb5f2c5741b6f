/*
 * The code of docs/media.md, section "Moving to another medium", compiled and run: a product that
 * had its settings in flash gets an FRAM, here a chip and a medium in RAM.
 */
#include "nacre/core/copy.h"
#include "nacre/media/ram.h"
#include "tests/support/box_fixture.h"
#include "tests/support/cmocka_all.h"

#include <string.h>

#define MOVE_TO_FRAM 1 /* the first move in the life of this product */

static struct nacre_store flash_store, fram_store;
static struct nacre_store_cfg flash_cfg, fram_cfg;
static uint32_t turns; /* of the watchdog */

/* Once at the start, before anything is read: the store that counts. */
static enum nacre_err store_choose(struct nacre_store **store)
{
    static uint8_t work[64]; /* the longest value */
    const struct nacre_copy_cfg cfg = {
        .from = &flash_store, .to = &fram_store, .work = work, .work_bytes = sizeof work,
        .number = MOVE_TO_FRAM};
    enum nacre_copied state = NACRE_COPIED_NOT;

    enum nacre_err err = nacre_mount(&fram_store, &fram_cfg);
    if (err == NACRE_OK) err = nacre_copy_state(&fram_store, MOVE_TO_FRAM, &state);
    *store = &fram_store;
    if (err == NACRE_OK && state == NACRE_COPIED_WHOLE) return NACRE_OK;
    /* Not yet: flash counts, and goes on to count if the copy cannot be made. */
    if (err == NACRE_OK || err == NACRE_FOREIGN) err = nacre_mount(&flash_store, &flash_cfg);
    if (err != NACRE_OK) return err;
    if (nacre_copy(&cfg) != NACRE_OK) *store = &flash_store;
    return NACRE_OK;
}

static void watchdog_feed(void)
{
    turns++;
}

/* The same in steps, for who must not be away for long. */
static enum nacre_err copy_in_steps(const struct nacre_copy_cfg *cfg)
{
    struct nacre_copy copy;
    bool more = true;
    bool idle_more;

    enum nacre_err err = nacre_copy_begin(&copy, cfg);
    while (err == NACRE_OK && more) {
        err = nacre_copy_step(&copy, &more);
        watchdog_feed();
        if (err == NACRE_OK && more) err = nacre_idle(cfg->to, &idle_more);
    }
    return err;
}

static uint8_t fram[16u * 1024u];
static struct nacre_ram fram_medium;
static struct nacre_index_entry flash_index[32], fram_index[34];

static int begin(void **state)
{
    (void)state;
    box_open(&box, 4);
    memset(fram, 0xff, sizeof fram);
    turns = 0;
    flash_cfg = (struct nacre_store_cfg){
        .medium = &box.sim->medium, .index = flash_index, .index_count = 32};
    if (nacre_ram_open(&fram_medium, fram, 1024, 16) != NACRE_OK) return -1;
    fram_cfg = (struct nacre_store_cfg){
        .medium = &fram_medium.medium, .index = fram_index, .index_count = 34};
    if (nacre_mount(&flash_store, &flash_cfg) != NACRE_OK) return -1;
    if (nacre_set(&flash_store, 1, "seven", 5) != NACRE_OK) return -1;
    return nacre_unmount(&flash_store) == NACRE_OK ? 0 : -1;
}

static void answers(struct nacre_store *store, const char *expected)
{
    char value[8];
    uint32_t n;
    assert_int_equal(nacre_get(store, 1, value, sizeof value, &n), NACRE_OK);
    assert_int_equal(n, strlen(expected));
    assert_memory_equal(value, expected, n);
}

static void test_copy_docs_moves_once(void **state)
{
    struct nacre_store *store;
    (void)state;
    assert_int_equal(store_choose(&store), NACRE_OK);
    assert_ptr_equal(store, &fram_store);
    answers(store, "seven");
    assert_int_equal(nacre_set(store, 1, "eight", 5), NACRE_OK);
    /* The next boot: what was set since stays, and flash is not looked at any more. */
    flash_cfg.medium = NULL;
    assert_int_equal(store_choose(&store), NACRE_OK);
    answers(store, "eight");
}

static void test_copy_docs_stays_where_there_is_no_room(void **state)
{
    struct nacre_store *store;
    uint8_t value[100] = {0};
    (void)state;
    assert_int_equal(nacre_mount(&flash_store, &flash_cfg), NACRE_OK);
    assert_int_equal(nacre_set(&flash_store, 2, value, sizeof value), NACRE_OK); /* work is 64 */
    assert_int_equal(nacre_unmount(&flash_store), NACRE_OK);
    assert_int_equal(store_choose(&store), NACRE_OK);
    assert_ptr_equal(store, &flash_store);
    answers(store, "seven");
}

static void test_copy_docs_goes_in_steps(void **state)
{
    static uint8_t work[64];
    const struct nacre_copy_cfg cfg = {
        .from = &flash_store, .to = &fram_store, .work = work, .work_bytes = sizeof work,
        .number = MOVE_TO_FRAM};
    (void)state;
    assert_int_equal(nacre_mount(&flash_store, &flash_cfg), NACRE_OK);
    assert_int_equal(nacre_mount(&fram_store, &fram_cfg), NACRE_OK);
    assert_int_equal(copy_in_steps(&cfg), NACRE_OK);
    assert_true(turns > 3u);
    answers(&fram_store, "seven");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_copy_docs_moves_once, begin, box_end),
        cmocka_unit_test_setup_teardown(test_copy_docs_stays_where_there_is_no_room, begin,
                                        box_end),
        cmocka_unit_test_setup_teardown(test_copy_docs_goes_in_steps, begin, box_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
