/*
 * What a cut leaves in the model of the STM32H7RS's internal flash.
 *
 * Goal: each kind of tear leaves what twin/mcu_flash.h says and nothing else, and a draw is of
 * every kind. Method: a program or an erase that is cut, and a load of each word.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/flash_drive.h"

/* A program of a blank word that is cut half way. */
static void cut_program(enum mcu_flash_torn torn, uint64_t seed)
{
    (void)set_up(NULL);
    unlock();
    program(0x90, "the word before!");
    wr(CR, PG);
    store_word(0xA0, "0123456789abcdef");
    at.now_ps += PROGRAM_PS / 2;
    flash.torn = torn;
    flash.random = seed;
    mcu_flash_power_off(&at);
    assert_int_equal(flash.cut_count, 1);
    assert_int_equal(rd(SR), 0);
    assert_int_equal(rd(CR), LOCK);
    check_bytes(0x90, "the word before!");
    for (uint32_t i = 0xB0; i < 0x100; i++) assert_int_equal(bytes[i], 0xFF);
}

static void test_torn_program_leaves_what_it_is_named_for(void **state)
{
    (void)state;
    cut_program(MCU_FLASH_TORN_NOTHING, 1);
    assert_int_equal(bytes[0xA0], 0xFF);
    assert_int_equal(broken_of(0xA0, 20), 0);
    cut_program(MCU_FLASH_TORN_COMPLETE, 1);
    check_bytes(0xA0, "0123456789abcdef");
    assert_int_equal(broken_of(0xA0, 20), 0);
    assert_int_equal(rd(ISR), 0);
    cut_program(MCU_FLASH_TORN_BROKEN, 1);
    assert_int_equal(broken_of(0xA0, 20), 20);
    cut_program(MCU_FLASH_TORN_CORRECTED, 1);
    check_bytes(0xA0, "0123456789abcdef");
    assert_int_equal(broken_of(0xA0, 20), 0);
    assert_int_equal(rd(ISR), SNECCERR);
    cut_program(MCU_FLASH_TORN_UNSTABLE, 1);
    check_bytes(0xA0, "0123456789abcdef");
    assert_in_range(broken_of(0xA0, 100), 20, 80);
    cut_program(MCU_FLASH_TORN_WEAK, 1);
    assert_int_equal(bytes[0xA0], 0xFF);
    assert_int_equal(broken_of(0xA0, 20), 0);
    unlock();
    program(0xA0, "0123456789abcdef");
    assert_int_equal(broken_of(0xA0, 20), 20);
}

static void test_drawn_tear_of_a_program_is_of_every_kind(void **state)
{
    (void)state;
    uint32_t blank = 0, broken = 0, sound = 0, unstable = 0;
    for (uint64_t seed = 0; seed < 120; seed++) {
        cut_program(MCU_FLASH_TORN_DRAWN, seed);
        const uint32_t n = broken_of(0xA0, 40);
        broken += n == 40;
        unstable += n != 0 && n != 40;
        blank += n == 0 && bytes[0xA0] == 0xFF;
        sound += n == 0 && bytes[0xA0] == '0';
    }
    assert_int_equal(blank + broken + sound + unstable, 120);
    assert_true(blank > 10 && broken > 5 && sound > 10 && unstable > 5);
}

static void cut_erase(enum mcu_flash_torn torn, uint64_t seed)
{
    (void)set_up(NULL);
    memset(bytes, 0x11, sizeof bytes);
    mcu_flash_loaded(&at, 0, sizeof bytes);
    unlock();
    start_erase(3);
    at.now_ps += ERASE_PS - 1;
    flash.torn = torn;
    flash.random = seed;
    mcu_flash_power_off(&at);
    for (uint32_t i = 0; i < 0x6000; i++) assert_int_equal(bytes[i], 0x11);
    for (uint32_t i = 0x8000; i < 0x10000; i++) assert_int_equal(bytes[i], 0x11);
}

struct found {
    uint32_t old, blank, broken;
};

static struct found look_at_sector(void)
{
    struct found found = {0, 0, 0};
    for (uint32_t addr = 0x6000; addr < 0x8000; addr += 16) {
        const uint32_t broken = broken_of(addr, 1);
        found.broken += broken;
        found.old += broken == 0 && bytes[addr] == 0x11;
        found.blank += broken == 0 && bytes[addr] == 0xFF;
    }
    return found;
}

static void test_torn_erase_leaves_what_it_is_named_for(void **state)
{
    (void)state;
    struct found found;
    cut_erase(MCU_FLASH_TORN_NOTHING, 1);
    found = look_at_sector();
    assert_int_equal(found.old, 512);
    cut_erase(MCU_FLASH_TORN_COMPLETE, 1);
    found = look_at_sector();
    assert_int_equal(found.blank, 512);
    cut_erase(MCU_FLASH_TORN_CORRECTED, 1);
    found = look_at_sector();
    assert_int_equal(found.blank, 256);
    assert_int_equal(found.old, 256);
    cut_erase(MCU_FLASH_TORN_UNSTABLE, 1);
    found = look_at_sector();
    assert_in_range(found.broken, 150, 360);
    cut_erase(MCU_FLASH_TORN_BROKEN, 1);
    found = look_at_sector();
    assert_true(found.old > 30 && found.blank > 100 && found.broken > 50);
    cut_erase(MCU_FLASH_TORN_WEAK, 1);
    found = look_at_sector();
    assert_int_equal(found.blank, 512);
    unlock();
    program(0x6100, "looks programmed");
    assert_int_equal(broken_of(0x6100, 10), 10);
    start_erase(3);
    wait_idle();
    program(0x6100, "looks programmed");
    assert_int_equal(broken_of(0x6100, 10), 0);
}

static void test_reset_of_the_system_tears_as_a_cut_does(void **state)
{
    (void)state;
    unlock();
    wr(CR, PG);
    store_word(0xA0, "0123456789abcdef");
    flash.torn = MCU_FLASH_TORN_BROKEN;
    mcu_flash_reset(&at);
    assert_int_equal(broken_of(0xA0, 4), 4);
    assert_int_equal(flash.cut_count, 1);
    mcu_flash_reset(&at); /* nothing is under way */
    assert_int_equal(flash.cut_count, 1);
    unlock();
    wr(CR, PG);
    store_word(0xB0, "it had its time.");
    at.now_ps += PROGRAM_PS;
    mcu_flash_reset(&at); /* what was over before is not torn */
    assert_int_equal(flash.cut_count, 1);
    check_bytes(0xB0, "it had its time.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_torn_program_leaves_what_it_is_named_for),
        TEST(test_drawn_tear_of_a_program_is_of_every_kind),
        TEST(test_torn_erase_leaves_what_it_is_named_for),
        TEST(test_reset_of_the_system_tears_as_a_cut_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
