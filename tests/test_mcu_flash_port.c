/*
 * Goal    the port of the internal flash drives its controller as the maker's description says:
 *         keys once, one word or one sector at a time, waits that end, each error flag its own
 *         error, locked again afterwards; and a read never faults, whatever the word holds.
 * Method  the port on the false board of false_flash.h, which counts what is forbidden. The core's
 *         own part (mcu_flash_core.c) is replaced by it: that part runs on the twin alone.
 */
#include "nacre/media/mcu_flash.h"
#include "nacre/ports/stm32h7rs/mcu_flash.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/false_flash.h"

#include <string.h>

#define UNIT 0x2000u
#define WORD 16u
#define PLACE 0xA000u
#define US_MAX 2000u
#define WRPERRF (1u << 17)
#define PGSERRF (1u << 18)
#define STRBERRF (1u << 19)
#define INCERRF (1u << 21)
#define SNECCERRF (1u << 25)
#define DBECCERRF (1u << 26)

static struct nacre_stm32_flash internal;
static struct nacre_mcu_port *const port = &internal.port;
static const uint8_t data[WORD] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0};

static enum nacre_err open_port(void)
{
    const struct nacre_stm32_flash_cfg cfg = {FALSE_FLASH_MHZ, US_MAX, US_MAX};
    return nacre_stm32_flash_open(&internal, &cfg);
}

static int begin(void **state)
{
    (void)state;
    false_flash_start();
    return open_port() == NACRE_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    if (false_flash.misuses != 0) print_message("misuse: %s\n", false_flash.misuse);
    const bool is_right = false_flash.misuses == 0 && false_flash.unshielded_faults == 0 &&
                          false_flash.shields == 0;
    return is_right ? 0 : -1;
}

static enum nacre_err program(uint32_t addr)
{
    return port->ops->program(port, addr, data);
}

static enum nacre_err erase(uint32_t addr)
{
    enum nacre_err err = port->ops->erase_start(port, addr);
    if (err != NACRE_OK) return err;
    do {
        err = port->ops->erase_poll(port);
    } while (err == NACRE_BUSY);
    return err;
}

static void demand(uint32_t addr, const uint8_t *right)
{
    uint8_t found[WORD];
    memset(found, 0x77, sizeof found);
    assert_int_equal(port->ops->read(port, addr, found), NACRE_OK);
    assert_memory_equal(found, right, WORD);
}

static void demand_blank(uint32_t addr)
{
    uint8_t blank[WORD];
    memset(blank, 0xFF, sizeof blank);
    demand(addr, blank);
}

static void demand_zeros(uint32_t addr)
{
    static const uint8_t zeros[WORD];
    demand(addr, zeros);
}

static bool is_locked(void)
{
    return false_flash.CR == 1u && !false_flash.is_dead_locked;
}

static void set_word(uint32_t addr, enum false_word state)
{
    memcpy(false_flash.bytes + addr, data, WORD);
    false_flash.state[addr / WORD] = state;
}

/* ---- programs and erases ---- */

static void test_mcu_flash_port_programs_one_word(void **state)
{
    (void)state;
    demand_blank(PLACE + WORD); /* it is in the cache now */
    assert_int_equal(program(PLACE + WORD), NACRE_OK);
    assert_memory_equal(false_flash.bytes + PLACE + WORD, data, WORD);
    assert_int_equal(false_flash.programs, 1);
    assert_int_equal(false_flash.bytes[PLACE + 2u * WORD], 0xFF);
    assert_true(is_locked());
    assert_int_equal(false_flash.ISR, 0);
    demand(PLACE + WORD, data);
    demand_blank(PLACE);
}

static void test_mcu_flash_port_erases_each_sector_alone(void **state)
{
    (void)state;
    for (uint32_t sector = 0; sector < 8u; sector++) {
        memset(false_flash.bytes, 0, FALSE_FLASH_BYTES);
        demand_zeros(sector * UNIT);
        assert_int_equal(erase(sector * UNIT), NACRE_OK);
        for (uint32_t i = 0; i < FALSE_FLASH_BYTES; i++) {
            assert_int_equal(false_flash.bytes[i], i / UNIT == sector ? 0xFF : 0);
        }
        demand_blank(sector * UNIT);
        demand_blank(sector * UNIT + UNIT - WORD);
        assert_true(is_locked());
    }
}

static void test_mcu_flash_port_erase_goes_on_between_polls(void **state)
{
    (void)state;
    memset(false_flash.bytes + PLACE, 0, UNIT);
    assert_int_equal(port->ops->erase_start(port, PLACE), NACRE_OK);
    assert_int_equal(port->ops->erase_poll(port), NACRE_BUSY);
    assert_int_equal(port->ops->erase_poll(port), NACRE_BUSY);
    false_flash_pass(10u * false_flash.work_cycles);
    assert_int_equal(port->ops->erase_poll(port), NACRE_OK);
    assert_true(is_locked());
}

/* What a debugger or another driver had opened stays open; the keys are not written again. */
static void test_mcu_flash_port_leaves_the_lock_as_it_was(void **state)
{
    (void)state;
    false_flash.CR = 0;
    assert_int_equal(program(PLACE), NACRE_OK);
    assert_int_equal(erase(PLACE + UNIT), NACRE_OK);
    assert_int_equal(false_flash.CR, 0);
    assert_int_equal(false_flash.unlocks, 0);
    assert_false(false_flash.is_dead_locked);
}

static void test_mcu_flash_port_tells_of_a_lock_that_stays(void **state)
{
    (void)state;
    false_flash.is_dead_locked = true;
    assert_int_equal(program(PLACE), NACRE_FLASH_LOCKED);
    assert_string_equal(port->mismatch.name, "FLASH CR LOCK");
    assert_int_equal(erase(PLACE), NACRE_FLASH_LOCKED);
    assert_int_equal(false_flash.programs + false_flash.erases, 0);
    false_flash.is_dead_locked = false;
    false_flash.keys = 1; /* somebody wrote the first key: ours are wrong now */
    assert_int_equal(program(PLACE), NACRE_FLASH_LOCKED);
    demand_blank(PLACE);
}

static void test_mcu_flash_port_tells_each_error_flag(void **state)
{
    (void)state;
    static const struct {
        uint32_t flag;
        enum nacre_err err;
    } cases[] = {
        {WRPERRF, NACRE_PART_PROTECTED},
        {PGSERRF, NACRE_FLASH_SEQUENCE},
        {STRBERRF, NACRE_FLASH_STROBE},
        {INCERRF, NACRE_FLASH_INCONSISTENT},
    };
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        false_flash.error_next = cases[i].flag;
        assert_int_equal(program(PLACE), cases[i].err);
        assert_string_equal(port->mismatch.name, "FLASH ISR");
        assert_int_equal(port->mismatch.found, cases[i].flag);
        false_flash.error_next = cases[i].flag;
        assert_int_equal(erase(PLACE), cases[i].err);
        assert_int_equal(false_flash.ISR, 0);
        assert_true(is_locked());
    }
    assert_int_equal(program(PLACE), NACRE_OK);
}

static void test_mcu_flash_port_heeds_no_flag_of_others(void **state)
{
    (void)state;
    false_flash.ISR = WRPERRF | PGSERRF | STRBERRF | INCERRF;
    assert_int_equal(program(PLACE), NACRE_OK);
    false_flash.ISR = WRPERRF | PGSERRF | STRBERRF | INCERRF;
    assert_int_equal(erase(PLACE), NACRE_OK);
}

static void test_mcu_flash_port_tells_of_a_buffer_that_is_not_full(void **state)
{
    (void)state;
    false_flash.store_is_lost = true;
    assert_int_equal(program(PLACE), NACRE_FLASH_INCONSISTENT);
    assert_true(is_locked());
    assert_int_equal(false_flash.buffer_mask, 0); /* PG is down: what was in is gone */
    false_flash.store_is_lost = false;
    assert_int_equal(program(PLACE), NACRE_OK);
}

static void test_mcu_flash_port_leaves_a_flash_that_others_use(void **state)
{
    (void)state;
    false_flash.CR = 2u;
    false_flash.buffer_mask = 3u;
    assert_int_equal(program(PLACE), NACRE_NOT_NOW);
    assert_int_equal(erase(PLACE), NACRE_NOT_NOW);
    assert_string_equal(port->mismatch.name, "FLASH SR");
    assert_int_equal(false_flash.CR, 2u);
    false_flash.buffer_mask = 0;
    false_flash.is_working = true;
    false_flash.erase_sector = 0;
    false_flash.done_at = false_flash.cycles + 0x7fffffffu;
    assert_int_equal(program(PLACE), NACRE_NOT_NOW);
    assert_int_equal(false_flash.CR, 2u);
}

/* Time goes by although nothing ends: the bound is the one that was given. */
static void test_mcu_flash_port_waits_no_longer_than_told(void **state)
{
    (void)state;
    const uint32_t bound = US_MAX * FALSE_FLASH_MHZ;
    false_flash.work_cycles = 100u * bound;
    uint32_t from = false_flash.cycles;
    assert_int_equal(program(PLACE), NACRE_TIMEOUT);
    assert_in_range(false_flash.cycles - from, bound, bound + 100u * FALSE_FLASH_CYCLES);
    assert_true(is_locked());
    false_flash_start();
    false_flash.work_cycles = 100u * bound;
    from = false_flash.cycles;
    assert_int_equal(erase(PLACE), NACRE_TIMEOUT);
    assert_in_range(false_flash.cycles - from, bound, bound + 100u * FALSE_FLASH_CYCLES);
    assert_true(is_locked());
}

/* ---- reads ---- */

static void test_mcu_flash_port_reads_a_broken_word_as_zeros(void **state)
{
    (void)state;
    for (uint32_t half = 0; half < 2u; half++) {
        const uint32_t addr = PLACE + 64u + half * WORD;
        const uint32_t other = PLACE + 64u + WORD - half * WORD;
        false_flash.whole_lines = half == 0 ? UINT32_MAX : 0;
        set_word(addr, FALSE_BROKEN);
        set_word(other, FALSE_WHOLE);
        demand_zeros(addr);
        demand(other, data); /* in the same line of the cache */
        demand_zeros(addr);
        false_flash.state[addr / WORD] = FALSE_WHOLE;
        assert_int_equal(port->counts.broken_addr, addr);
    }
    assert_int_equal(port->counts.broken, 4);
    assert_int_equal(false_flash.ISR, 0);
}

/* The word before it in the line is noted first, in each try. */
static void test_mcu_flash_port_tells_a_word_from_its_neighbour(void **state)
{
    (void)state;
    false_flash.whole_lines = UINT32_MAX;
    set_word(PLACE, FALSE_BROKEN);
    set_word(PLACE + WORD, FALSE_WHOLE);
    demand(PLACE + WORD, data);
    assert_int_equal(port->counts.broken, 0);
    false_flash.state[PLACE / WORD + 1u] = FALSE_BROKEN;
    demand_zeros(PLACE + WORD);
    assert_int_equal(port->counts.broken_addr, PLACE + WORD);
}

/* On a part that raises the flag and nothing else; the word before it is noted first, once. */
static void test_mcu_flash_port_needs_no_more_than_the_flag(void **state)
{
    (void)state;
    false_flash.noted_silently = true;
    set_word(PLACE, FALSE_BROKEN);
    demand_zeros(PLACE);
    set_word(PLACE + WORD, FALSE_BROKEN);
    false_flash.whole_lines = 1;
    demand_zeros(PLACE + WORD);
    assert_int_equal(port->counts.broken, 2);
}

static void test_mcu_flash_port_counts_what_was_mended(void **state)
{
    (void)state;
    set_word(PLACE, FALSE_MENDED);
    demand(PLACE, data);
    false_flash.whole_lines = 1;
    demand_blank(PLACE + WORD);
    assert_int_equal(port->counts.corrected, 1);
    assert_int_equal(false_flash.ISR, 0);
}

/* That of the word, and before it one of another word. */
static bool nmi_handler(void)
{
    const uint32_t addr = false_flash.ECCDFADDR;
    false_flash.ECCDFADDR = addr + WORD;
    const bool is_other = nacre_stm32_flash_nmi(&internal);
    false_flash.ECCDFADDR = addr;
    const bool is_ours = nacre_stm32_flash_nmi(&internal);
    return !is_other && is_ours && false_flash.ISR == 0;
}

static void test_mcu_flash_port_takes_an_nmi_for_its_own(void **state)
{
    (void)state;
    false_flash.noted_by_nmi = true;
    false_flash.nmi = nmi_handler;
    set_word(PLACE, FALSE_BROKEN);
    demand_zeros(PLACE);
    assert_int_equal(port->counts.nmis, 1);
    assert_int_equal(port->counts.broken, 1);
    demand_blank(PLACE + WORD);
}

static void test_mcu_flash_port_leaves_the_nmis_of_others(void **state)
{
    (void)state;
    assert_false(nacre_stm32_flash_nmi(&internal));
    false_flash.ISR = DBECCERRF;
    false_flash.ECCDFADDR = 4; /* of another memory */
    assert_false(nacre_stm32_flash_nmi(&internal)); /* no read of ours is under way */
    false_flash.ECCDFADDR = FALSE_FLASH_CORE;
    assert_false(nacre_stm32_flash_nmi(&internal));
    assert_int_equal(false_flash.ISR, DBECCERRF);
    demand_blank(PLACE);
    assert_int_equal(port->counts.foreign, 1);
    assert_int_equal(port->counts.foreign_core_addr, FALSE_FLASH_CORE);
    assert_int_equal(port->counts.broken, 0);
}

static void test_mcu_flash_port_tells_what_it_may_not_read(void **state)
{
    (void)state;
    uint8_t found[WORD];
    set_word(PLACE, FALSE_HIDDEN);
    assert_int_equal(port->ops->read(port, PLACE, found), NACRE_PART_PROTECTED);
    set_word(PLACE, FALSE_DEAD);
    assert_int_equal(port->ops->read(port, PLACE, found), NACRE_IO);
    demand_blank(PLACE + WORD);
}

/* What a handler wrote past us, or an erase of a debugger: the cache is not asked. */
static void test_mcu_flash_port_reads_past_the_cache(void **state)
{
    (void)state;
    demand_blank(PLACE);
    memcpy(false_flash.bytes + PLACE, data, WORD);
    demand(PLACE, data);
}

/* ---- open and check ---- */

static void test_mcu_flash_port_open_refuses_what_makes_no_sense(void **state)
{
    (void)state;
    struct nacre_stm32_flash_cfg cfg = {.core_mhz = 0};
    assert_int_equal(nacre_stm32_flash_open(&internal, &cfg), NACRE_BAD_ARGUMENT);
    cfg.core_mhz = 1001;
    assert_int_equal(nacre_stm32_flash_open(&internal, &cfg), NACRE_BAD_ARGUMENT);
    cfg.core_mhz = 600;
    cfg.erase_us_max = 4000001;
    assert_int_equal(nacre_stm32_flash_open(&internal, &cfg), NACRE_BAD_ARGUMENT);
    cfg.erase_us_max = 0;
    cfg.program_us_max = 4000001;
    assert_int_equal(nacre_stm32_flash_open(&internal, &cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stm32_flash_open(&internal, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stm32_flash_open(NULL, &cfg), NACRE_BAD_ARGUMENT);
    cfg.program_us_max = 0;
    false_flash.clock_stands = true;
    assert_int_equal(nacre_stm32_flash_open(&internal, &cfg), NACRE_CLOCK);
    false_flash.clock_stands = false;
    assert_int_equal(nacre_stm32_flash_open(&internal, &cfg), NACRE_OK);
}

static enum nacre_err check(uint32_t addr, uint32_t n)
{
    return port->ops->check(port, addr, n);
}

static void test_mcu_flash_port_check_heeds_the_options(void **state)
{
    (void)state;
    assert_int_equal(check(PLACE, 3u * UNIT), NACRE_OK);
    for (uint32_t sector = 0; sector < 8u; sector++) {
        false_flash.WRPSR = 0xFFu & ~(1u << sector);
        const bool is_in = sector >= 5u;
        assert_int_equal(check(PLACE, 3u * UNIT), is_in ? NACRE_PART_PROTECTED : NACRE_OK);
        if (is_in) assert_string_equal(port->mismatch.name, "FLASH WRPSR");
    }
    false_flash.WRPSR = 0xFFu;
    false_flash.HDPSR = 0x009F0000u; /* blocks 0 to 9F: up to the region */
    assert_int_equal(check(PLACE, UNIT), NACRE_OK);
    false_flash.HDPSR = 0x00A00000u;
    assert_int_equal(check(PLACE, UNIT), NACRE_PART_PROTECTED);
    assert_string_equal(port->mismatch.name, "FLASH HDPSR");
    false_flash.HDPSR = 0x00FF00C0u; /* right behind it */
    assert_int_equal(check(PLACE, UNIT), NACRE_OK);
    false_flash.HDPSR = 0x00FF00BFu;
    assert_int_equal(check(PLACE, UNIT), NACRE_PART_PROTECTED);
    false_flash.HDPSR = 0x00010001u; /* the same block: all of it */
    assert_int_equal(check(PLACE, UNIT), NACRE_PART_PROTECTED);
}

static void test_mcu_flash_port_check_heeds_vectors_and_cache(void **state)
{
    (void)state;
    false_flash.VTOR = FALSE_FLASH_CORE + PLACE + UNIT - 128u;
    assert_int_equal(check(PLACE, UNIT), NACRE_REGION_IN_IMAGE);
    assert_string_equal(port->mismatch.name, "VTOR");
    assert_int_equal(check(PLACE + UNIT, UNIT), NACRE_OK);
    false_flash.stores_are_kept = true;
    assert_int_equal(check(PLACE + UNIT, UNIT), NACRE_FLASH_CACHED);
    assert_string_equal(port->mismatch.name, "MPU_RASR");
}

static void test_mcu_flash_port_serves_the_medium(void **state)
{
    (void)state;
    static const struct nacre_mcu_range boot = {FALSE_FLASH_CORE, 0x8000};
    const struct nacre_mcu_flash_cfg cfg = {{FALSE_FLASH_CORE + PLACE, 3u * UNIT}, &boot, 1};
    struct nacre_mcu_flash flash;
    uint8_t found[WORD];
    assert_int_equal(nacre_mcu_flash_open(&flash, port, &cfg), NACRE_OK);
    struct nacre_medium *const medium = &flash.medium;
    assert_int_equal(medium->ops->program(medium, UNIT, data, WORD), NACRE_OK);
    assert_memory_equal(false_flash.bytes + PLACE + UNIT, data, WORD);
    assert_int_equal(medium->ops->erase_start(medium, UNIT), NACRE_OK);
    assert_int_equal(medium->ops->read(medium, 0, found, WORD), NACRE_OK); /* waits */
    assert_int_equal(medium->ops->erase_poll(medium), NACRE_OK);
    assert_int_equal(false_flash.bytes[PLACE + UNIT], 0xFF);
    assert_true(is_locked());
}

static const struct CMUnitTest tests[] = {
#define PORT_TEST(name) cmocka_unit_test_setup_teardown(test_mcu_flash_port_##name, begin, end)
    PORT_TEST(programs_one_word),
    PORT_TEST(erases_each_sector_alone),
    PORT_TEST(erase_goes_on_between_polls),
    PORT_TEST(leaves_the_lock_as_it_was),
    PORT_TEST(tells_of_a_lock_that_stays),
    PORT_TEST(tells_each_error_flag),
    PORT_TEST(heeds_no_flag_of_others),
    PORT_TEST(tells_of_a_buffer_that_is_not_full),
    PORT_TEST(leaves_a_flash_that_others_use),
    PORT_TEST(waits_no_longer_than_told),
    PORT_TEST(reads_a_broken_word_as_zeros),
    PORT_TEST(tells_a_word_from_its_neighbour),
    PORT_TEST(needs_no_more_than_the_flag),
    PORT_TEST(counts_what_was_mended),
    PORT_TEST(takes_an_nmi_for_its_own),
    PORT_TEST(leaves_the_nmis_of_others),
    PORT_TEST(tells_what_it_may_not_read),
    PORT_TEST(reads_past_the_cache),
    PORT_TEST(open_refuses_what_makes_no_sense),
    PORT_TEST(check_heeds_the_options),
    PORT_TEST(check_heeds_vectors_and_cache),
    PORT_TEST(serves_the_medium),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
