/*
 * Goal    the medium in the microcontroller's flash: a region that is not the store's is refused
 *         with an error that says why; what the flash cannot do is refused, and leaves it as it
 *         was; a word that cannot be mended is zeros and no error; an error of the port passes up.
 * Method  the medium over the simulated flash of sim_mcu.h, which counts what the port's contract
 *         forbids. A store on it is cut in test_mcu_flash_cuts and by the suite of all media.
 */
#include "nacre/core/store.h"
#include "nacre/media/mcu_flash.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/sim_mcu.h"

#include <string.h>

#define FLASH 0x10000u
#define UNIT 0x2000u
#define BASE SIM_MCU_CORE_ADDR
#define REGION_ADDR 0xA000u
#define REGION (BASE + REGION_ADDR)
#define UNITS 3u
#define WORD 16u

static struct sim_mcu sim;
static struct nacre_mcu_flash flash;
static const struct nacre_mcu_range boot = {BASE, 0x8000};

static enum nacre_err open_at(uint32_t core_addr, uint32_t bytes)
{
    const struct nacre_mcu_flash_cfg cfg = {{core_addr, bytes}, &boot, 1};
    return nacre_mcu_flash_open(&flash, &sim.port, &cfg);
}

static int begin(void **state)
{
    (void)state;
    sim_mcu_begin(&sim, FLASH, UNIT, 1);
    return open_at(REGION, UNITS * UNIT) == NACRE_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    if (sim.violations == 0) return 0;
    print_message("%s\n", sim.violation);
    return -1;
}

static enum nacre_err get(uint32_t addr, void *buf, uint32_t n)
{
    return flash.medium.ops->read(&flash.medium, addr, buf, n);
}

static enum nacre_err put(uint32_t addr, const void *buf, uint32_t n)
{
    return flash.medium.ops->program(&flash.medium, addr, buf, n);
}

static enum nacre_err erase(uint32_t addr)
{
    return flash.medium.ops->erase_start(&flash.medium, addr);
}

static enum nacre_err poll(void)
{
    return flash.medium.ops->erase_poll(&flash.medium);
}

static enum nacre_err wait(void)
{
    return flash.medium.ops->erase_wait(&flash.medium);
}

/* ---- open ---- */

static void test_mcu_flash_open_tells_the_geometry(void **state)
{
    (void)state;
    const struct nacre_geometry *const geometry = &flash.medium.geometry;
    assert_int_equal(geometry->unit_bytes, UNIT);
    assert_int_equal(geometry->unit_count, UNITS);
    assert_int_equal(geometry->granule_bytes, WORD);
    assert_int_equal(geometry->cut_bytes, WORD);
    assert_int_equal(sim.checked_addr, REGION_ADDR);
    assert_int_equal(sim.checked_bytes, UNITS * UNIT);
}

static void test_mcu_flash_open_refuses_a_region_that_is_none(void **state)
{
    (void)state;
    memset(&flash, 0x33, sizeof flash);
    const struct nacre_mcu_flash before = flash;
    assert_int_equal(open_at(REGION, 0), NACRE_NO_REGION);
    assert_int_equal(open_at(REGION + 16u, UNIT), NACRE_REGION_UNALIGNED);
    assert_int_equal(open_at(REGION, UNIT + 16u), NACRE_REGION_UNALIGNED);
    assert_int_equal(open_at(BASE - UNIT, UNIT), NACRE_REGION_OUTSIDE);
    assert_int_equal(open_at(BASE - UNIT, 8u * UNIT), NACRE_REGION_OUTSIDE);
    assert_int_equal(open_at(BASE + FLASH, UNIT), NACRE_REGION_OUTSIDE);
    assert_int_equal(open_at(BASE + FLASH - UNIT, 2u * UNIT), NACRE_REGION_OUTSIDE);
    assert_int_equal(open_at(0x70000000u, UNIT), NACRE_REGION_OUTSIDE);
    assert_int_equal(open_at(REGION, 0u - UNIT), NACRE_REGION_OUTSIDE);
    assert_memory_equal(&flash, &before, sizeof flash);
}

static void test_mcu_flash_open_refuses_what_is_used(void **state)
{
    (void)state;
    const struct nacre_mcu_range used[] = {{BASE + 0xE000u, 1}, {BASE + 0x5FFFu, 1},
                                           {BASE + 0x8000u, 0}};
    struct nacre_mcu_flash_cfg cfg = {{BASE + 0xC000u, 2u * UNIT}, used, 3};
    assert_int_equal(open_at(BASE, UNIT), NACRE_REGION_IN_IMAGE);
    assert_int_equal(open_at(BASE + 0x6000u, 2u * UNIT), NACRE_REGION_IN_IMAGE);
    assert_int_equal(nacre_mcu_flash_open(&flash, &sim.port, &cfg), NACRE_REGION_IN_IMAGE);
    cfg.region = (struct nacre_mcu_range){BASE + 0x4000u, 2u * UNIT};
    assert_int_equal(nacre_mcu_flash_open(&flash, &sim.port, &cfg), NACRE_REGION_IN_IMAGE);
    cfg.region = (struct nacre_mcu_range){BASE, UNIT}; /* where the core starts */
    assert_int_equal(nacre_mcu_flash_open(&flash, &sim.port, &cfg), NACRE_REGION_IN_IMAGE);
    cfg.region = (struct nacre_mcu_range){BASE + 0x6000u, 4u * UNIT}; /* right beside both */
    assert_int_equal(nacre_mcu_flash_open(&flash, &sim.port, &cfg), NACRE_OK);
}

static void test_mcu_flash_open_refuses_what_it_is_not_told(void **state)
{
    (void)state;
    struct nacre_mcu_flash_cfg cfg = {{REGION, UNIT}, &boot, 0};
    assert_int_equal(nacre_mcu_flash_open(&flash, &sim.port, &cfg), NACRE_BAD_ARGUMENT);
    cfg.used_count = 1;
    cfg.used = NULL;
    assert_int_equal(nacre_mcu_flash_open(&flash, &sim.port, &cfg), NACRE_BAD_ARGUMENT);
    cfg.used = &boot;
    assert_int_equal(nacre_mcu_flash_open(NULL, &sim.port, &cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_mcu_flash_open(&flash, NULL, &cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_mcu_flash_open(&flash, &sim.port, NULL), NACRE_BAD_ARGUMENT);
}

static void test_mcu_flash_open_passes_on_what_the_port_refuses(void **state)
{
    (void)state;
    static const enum nacre_err refused[] = {NACRE_PART_PROTECTED, NACRE_REGION_IN_IMAGE,
                                             NACRE_FLASH_CACHED};
    for (uint32_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        sim.check_err = refused[i];
        assert_int_equal(open_at(REGION, UNIT), refused[i]);
    }
}

/* ---- reads, programs, erases ---- */

static void test_mcu_flash_reads_any_part_of_words(void **state)
{
    (void)state;
    uint8_t right[4u * WORD];
    for (uint32_t i = 0; i < sizeof right; i++) right[i] = (uint8_t)(i + 1u);
    for (uint32_t i = 0; i < sizeof right; i += WORD) {
        assert_int_equal(put(UNIT + i, right + i, WORD), NACRE_OK);
    }
    for (uint32_t first = 0; first < sizeof right; first++) {
        for (uint32_t n = 0; first + n <= sizeof right; n++) {
            uint8_t found[sizeof right + 1u];
            memset(found, 0xA5, sizeof found);
            assert_int_equal(get(UNIT + first, found, n), NACRE_OK);
            assert_memory_equal(found, right + first, n);
            assert_int_equal(found[n], 0xA5);
        }
    }
    uint8_t word[WORD];
    assert_true(sim_mcu_peek(&sim, REGION_ADDR + UNIT + WORD, word));
    assert_memory_equal(word, right + WORD, WORD);
}

static void test_mcu_flash_programs_a_word_once(void **state)
{
    (void)state;
    static const uint8_t data[WORD] = {1, 2, 3};
    static const uint8_t other[WORD] = {0};
    uint8_t found[WORD];
    assert_int_equal(put(WORD, data, WORD), NACRE_OK);
    assert_int_equal(put(WORD, other, WORD), NACRE_NOT_ERASED);
    assert_int_equal(put(WORD, data, WORD), NACRE_NOT_ERASED);
    assert_int_equal(get(WORD, found, WORD), NACRE_OK);
    assert_memory_equal(found, data, WORD);
    assert_int_equal(sim.programs, 1);
    assert_int_equal(erase(0), NACRE_OK);
    assert_int_equal(wait(), NACRE_OK);
    assert_int_equal(put(WORD, other, WORD), NACRE_OK);
}

static void test_mcu_flash_refuses_what_the_flash_cannot_do(void **state)
{
    (void)state;
    static const uint8_t data[4u * WORD] = {0};
    uint8_t found[4];
    const uint32_t size = UNITS * UNIT;
    assert_int_equal(put(8, data, WORD), NACRE_BAD_ARGUMENT);
    assert_int_equal(put(0, data, 8), NACRE_BAD_ARGUMENT);
    assert_int_equal(put(0, data, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(put(0, data, 2u * WORD), NACRE_BAD_ARGUMENT); /* two pages */
    assert_int_equal(put(size, data, WORD), NACRE_BAD_ARGUMENT);
    assert_int_equal(put(0u - WORD, data, WORD), NACRE_BAD_ARGUMENT);
    assert_int_equal(get(size - 2u, found, 4), NACRE_BAD_ARGUMENT);
    assert_int_equal(get(0u - 2u, found, 4), NACRE_BAD_ARGUMENT);
    assert_int_equal(erase(WORD), NACRE_BAD_ARGUMENT);
    assert_int_equal(erase(size), NACRE_BAD_ARGUMENT);
    assert_int_equal(sim.programs + sim.erases, 0);
}

static void test_mcu_flash_reads_a_broken_word_as_zeros(void **state)
{
    (void)state;
    static const uint8_t zeros[WORD] = {0};
    uint8_t data[WORD];
    uint8_t found[3u * WORD];
    memset(data, 0x5A, sizeof data);
    for (uint32_t i = 0; i < 3u; i++) assert_int_equal(put(i * WORD, data, WORD), NACRE_OK);
    sim_mcu_flip(&sim, REGION_ADDR + WORD, 2);
    assert_int_equal(get(0, found, sizeof found), NACRE_OK);
    assert_memory_equal(found, data, WORD);
    assert_memory_equal(found + WORD, zeros, WORD);
    assert_memory_equal(found + 2u * WORD, data, WORD);
    assert_int_equal(sim.port.counts.broken, 1);
    assert_int_equal(sim.port.counts.broken_addr, REGION_ADDR + WORD);
    assert_int_equal(put(WORD, data, WORD), NACRE_NOT_ERASED);
}

static void test_mcu_flash_counts_what_was_mended(void **state)
{
    (void)state;
    uint8_t data[WORD];
    uint8_t found[WORD];
    for (uint32_t i = 0; i < WORD; i++) data[i] = (uint8_t)(i * 17u);
    assert_int_equal(put(0, data, WORD), NACRE_OK);
    sim_mcu_flip(&sim, REGION_ADDR, 1);
    assert_int_equal(get(0, found, WORD), NACRE_OK);
    assert_memory_equal(found, data, WORD);
    assert_int_equal(sim.port.counts.corrected, 1);
    assert_int_equal(sim.port.counts.broken, 0);
}

static void test_mcu_flash_erase_goes_on_while_nobody_reads(void **state)
{
    (void)state;
    static const uint8_t data[WORD] = {7};
    assert_int_equal(poll(), NACRE_OK); /* none is under way */
    assert_int_equal(put(UNIT, data, WORD), NACRE_OK);
    assert_int_equal(erase(UNIT), NACRE_OK);
    assert_int_equal(poll(), NACRE_BUSY);
    assert_int_equal(put(0, data, WORD), NACRE_BUSY);
    assert_int_equal(erase(0), NACRE_BUSY);
    assert_int_equal(poll(), NACRE_BUSY);
    assert_int_equal(poll(), NACRE_OK);
    assert_int_equal(poll(), NACRE_OK);
    assert_int_equal(sim.erases, 1);
    assert_int_equal(put(UNIT, data, WORD), NACRE_OK);
}

/* A read stands still until the erase has ended; its result is told to who asks for it, once. */
static void test_mcu_flash_read_waits_for_an_erase(void **state)
{
    (void)state;
    uint8_t found[WORD];
    assert_int_equal(erase(0), NACRE_OK);
    assert_int_equal(get(UNIT, found, WORD), NACRE_OK);
    assert_int_equal(sim.polls, 0);
    assert_int_equal(erase(UNIT), NACRE_BUSY); /* not yet told */
    assert_int_equal(poll(), NACRE_OK);
    assert_int_equal(erase(UNIT), NACRE_OK);
    sim.erase_err = NACRE_TIMEOUT;
    assert_int_equal(get(UNIT, found, WORD), NACRE_OK);
    assert_int_equal(poll(), NACRE_TIMEOUT);
    assert_int_equal(poll(), NACRE_OK);
    assert_int_equal(wait(), NACRE_OK);
}

static void test_mcu_flash_passes_errors_up(void **state)
{
    (void)state;
    static const enum nacre_err errs[] = {
        NACRE_FLASH_LOCKED,  NACRE_NOT_NOW,     NACRE_PART_PROTECTED, NACRE_FLASH_SEQUENCE,
        NACRE_FLASH_STROBE,  NACRE_FLASH_INCONSISTENT, NACRE_TIMEOUT,        NACRE_IO,
    };
    static const uint8_t data[WORD] = {9};
    uint8_t found[WORD];
    for (uint32_t i = 0; i < sizeof errs / sizeof errs[0]; i++) {
        sim.faults.err = errs[i];
        sim.faults.program_in = 0;
        assert_int_equal(put(i * WORD, data, WORD), errs[i]);
        sim.faults.start_in = 0;
        assert_int_equal(erase(UNIT), errs[i]);
        assert_int_equal(poll(), NACRE_OK);
        sim.faults.erase_in = 0;
        assert_int_equal(erase(UNIT), NACRE_OK);
        assert_int_equal(wait(), errs[i]);
        assert_int_equal(poll(), NACRE_OK);
        sim.faults.read_in = 0;
        assert_int_equal(get(0, found, WORD), errs[i]);
        sim.faults.read_in = 0;
        assert_int_equal(put(2u * UNIT, data, WORD), errs[i]);
    }
}

static void test_mcu_flash_asks_the_port_for_buffers(void **state)
{
    (void)state;
    uint8_t buf[4] = {0};
    const struct nacre_medium_ops *const ops = flash.medium.ops;
    assert_true(ops->can_access(&flash.medium, buf, sizeof buf, true));
    assert_false(ops->can_access(&flash.medium, NULL, 1, false));
    sim.unreadable = buf;
    assert_false(ops->can_access(&flash.medium, buf, sizeof buf, false));
}

/* ---- a store on it ---- */

static void test_mcu_flash_holds_a_store_over_boots(void **state)
{
    (void)state;
    struct nacre_store store;
    struct nacre_index_entry index[32];
    const struct nacre_store_cfg cfg = {.medium = &flash.medium, .index = index,
                                        .index_count = 32};
    assert_int_equal(nacre_mount(&store, &cfg), NACRE_OK);
    for (uint32_t i = 1; i <= 6000; i++) {
        uint32_t found = 0;
        uint32_t length = 0;
        assert_int_equal(nacre_set(&store, i % 10u, &i, sizeof i), NACRE_OK);
        if (i % 500u == 0) {
            sim_mcu_reboot(&sim);
            assert_int_equal(open_at(REGION, UNITS * UNIT), NACRE_OK);
            assert_int_equal(nacre_mount(&store, &cfg), NACRE_OK);
        }
        assert_int_equal(nacre_get(&store, i % 10u, &found, sizeof found, &length), NACRE_OK);
        assert_int_equal(found, i);
    }
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&store, &stats), NACRE_OK);
    assert_int_equal(stats.lane_count, 1);
    assert_true(stats.generation > 3u * UNITS);
}

static const struct CMUnitTest tests[] = {
#define MCU_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    MCU_TEST(test_mcu_flash_open_tells_the_geometry),
    MCU_TEST(test_mcu_flash_open_refuses_a_region_that_is_none),
    MCU_TEST(test_mcu_flash_open_refuses_what_is_used),
    MCU_TEST(test_mcu_flash_open_refuses_what_it_is_not_told),
    MCU_TEST(test_mcu_flash_open_passes_on_what_the_port_refuses),
    MCU_TEST(test_mcu_flash_reads_any_part_of_words),
    MCU_TEST(test_mcu_flash_programs_a_word_once),
    MCU_TEST(test_mcu_flash_refuses_what_the_flash_cannot_do),
    MCU_TEST(test_mcu_flash_reads_a_broken_word_as_zeros),
    MCU_TEST(test_mcu_flash_counts_what_was_mended),
    MCU_TEST(test_mcu_flash_erase_goes_on_while_nobody_reads),
    MCU_TEST(test_mcu_flash_read_waits_for_an_erase),
    MCU_TEST(test_mcu_flash_passes_errors_up),
    MCU_TEST(test_mcu_flash_asks_the_port_for_buffers),
    MCU_TEST(test_mcu_flash_holds_a_store_over_boots),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
