/*
 * The model of the STM32H7RS's internal flash, judged by its register texts.
 *
 * Goal: keys, lock, write buffer, erase, flags and ECC are those of the documents named in
 * twin/mcu_flash.h. Method: registers and stores by hand, wrong ones too.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/flash_drive.h"

static void test_flash_is_locked_until_both_keys_have_come(void **state)
{
    (void)state;
    assert_int_equal(rd(CR), LOCK);
    wr(CR, PG);
    assert_int_equal(rd(CR), LOCK);
    store_word(0, "0123456789abcdef");
    assert_int_equal(rd(ISR), PGSERR);
    assert_int_equal(rd(SR), 0);
    wr(KEYR, 0x45670123u);
    assert_int_equal(rd(CR), LOCK);
    assert_int_equal(rd(KEYR), 0);
    wr(KEYR, 0xCDEF89ABu);
    assert_int_equal(rd(CR), 0);
    wr(CR, PG | LOCK); /* the write that locks may change the other bits */
    assert_int_equal(rd(CR), PG | LOCK);
    unlock();
    assert_int_equal(rd(CR), PG);
}

static void test_wrong_or_second_key_shuts_it_until_a_reset(void **state)
{
    (void)state;
    uint32_t value;
    for (uint32_t i = 0; i < 3; i++) {
        if (i == 0) wr(KEYR, 0xCDEF89ABu);
        if (i == 1) {
            wr(KEYR, 0x45670123u);
            wr(KEYR, 0x45670123u);
        }
        if (i == 2) {
            unlock();
            wr(KEYR, 0x45670123u);
        }
        assert_int_equal(mcu_flash_register_read(&flash, CR, &value), MCU_FLASH_BUS_ERROR);
        assert_int_equal(mcu_flash_register_write(&at, CR, PG), MCU_FLASH_BUS_ERROR);
        unlock();
        assert_int_equal(mcu_flash_register_read(&flash, CR, &value), MCU_FLASH_BUS_ERROR);
        mcu_flash_reset(&at);
        assert_int_equal(rd(CR), LOCK);
    }
}

static void test_word_is_programmed_when_its_last_byte_has_come(void **state)
{
    (void)state;
    unlock();
    wr(CR, PG);
    const char *const word = "0123456789abcdef";
    for (uint32_t i = 0; i < 16; i += 2) {
        assert_int_equal(rd(SR), i == 0 ? 0 : WBNE);
        mcu_flash_store(&at, 0x2340 + i, 2, (uint32_t)word[i] | (uint32_t)word[i + 1] << 8);
    }
    assert_int_equal(rd(SR) & (BUSY | QW | WBNE), BUSY | QW);
    assert_int_equal(mcu_flash_next_ps(&flash), 1000 + PROGRAM_PS);
    assert_int_equal(bytes[0x2340], 0xFF);
    assert_int_equal(rd(ISR), 0);
    at.now_ps += PROGRAM_PS - 1;
    assert_int_equal(rd(SR) & BUSY, BUSY);
    at.now_ps++;
    assert_int_equal(rd(SR), 0);
    assert_int_equal(rd(ISR), EOP);
    check_bytes(0x2340, word);
    wr(ICR, EOP);
    assert_int_equal(rd(ISR), 0);
}

static void test_bytes_may_come_in_any_order(void **state)
{
    (void)state;
    unlock();
    wr(CR, PG);
    const char *const word = "0123456789abcdef";
    for (uint32_t i = 16; i > 0; i--) {
        assert_int_equal(rd(SR), i == 16 ? 0 : WBNE);
        mcu_flash_store(&at, 0x4440 + i - 1, 1, (uint32_t)word[i - 1]);
    }
    assert_int_equal(rd(SR) & BUSY, BUSY);
    wait_idle();
    check_bytes(0x4440, word);
}

static void test_next_word_waits_for_the_one_before(void **state)
{
    (void)state;
    unlock();
    wr(CR, PG);
    store_word(0x100, "first word here!");
    store_word(0x110, "and a second one");
    assert_int_equal(mcu_flash_next_ps(&flash), 1000 + 2 * PROGRAM_PS);
    at.now_ps += PROGRAM_PS;
    mcu_flash_advance(&at);
    check_bytes(0x100, "first word here!");
    assert_int_equal(bytes[0x110], 0xFF);
    at.now_ps += PROGRAM_PS;
    mcu_flash_advance(&at);
    check_bytes(0x110, "and a second one");
    assert_int_equal(flash.program_count, 2);
}

static void test_errors_of_the_write_buffer_have_their_flags(void **state)
{
    (void)state;
    unlock();
    mcu_flash_store(&at, 0, 4, 1); /* PG is 0 */
    assert_int_equal(rd(ISR), PGSERR);
    wr(ICR, PGSERR);
    wr(CR, PG);
    mcu_flash_store(&at, 0, 4, 1);
    mcu_flash_store(&at, 2, 2, 1);
    assert_int_equal(rd(ISR), STRBERR);
    wr(ICR, STRBERR);
    mcu_flash_store(&at, 0, 4, 1);
    mcu_flash_store(&at, 16, 4, 1);
    assert_int_equal(rd(ISR), INCERR);
    wr(ICR, INCERR);
    flash.unprotected = 0xFD; /* sector 1 */
    mcu_flash_store(&at, 0x2000, 4, 1);
    assert_int_equal(rd(ISR), WRPERR);
    wr(ICR, WRPERR);
    start_erase(1);
    assert_int_equal(rd(ISR), WRPERR);
    assert_int_equal(rd(SR), 0);
    wr(ICR, WRPERR);
    mcu_flash_store(&at, 0x40, 4, 1); /* SER is set, PG is not */
    assert_int_equal(rd(ISR), PGSERR);
    assert_int_equal(flash.program_count, 0);
    for (uint32_t i = 0; i < sizeof bytes; i++) assert_int_equal(bytes[i], 0xFF);
}

static void test_bytes_are_lost_when_the_buffer_is_closed(void **state)
{
    (void)state;
    unlock();
    wr(CR, PG);
    mcu_flash_store(&at, 0, 4, 1);
    assert_int_equal(rd(SR), WBNE);
    wr(CR, 0);
    assert_int_equal(rd(SR), 0);
    wr(CR, PG);
    store_word(0x10, "no inconsistency"); /* the old bytes are not in the way */
    wait_idle();
    check_bytes(0x10, "no inconsistency");
    assert_int_equal(bytes[0], 0xFF);
}

static void test_forced_write_fills_the_word_with_ones(void **state)
{
    (void)state;
    unlock();
    wr(CR, PG);
    mcu_flash_store(&at, 0x28, 4, 0x44434241u);
    wr(CR, PG | FW);
    assert_int_equal(rd(CR), PG); /* FW clears itself */
    assert_int_equal(rd(SR) & BUSY, BUSY);
    wait_idle();
    check_bytes(0x20, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF" "ABCD\xFF\xFF\xFF\xFF");
    wr(CR, PG | FW); /* nothing is in the buffer */
    assert_int_equal(rd(SR), 0);
    assert_int_equal(flash.program_count, 1);
}

static void test_erase_clears_its_sector_alone(void **state)
{
    (void)state;
    unlock();
    program(0x3FF0, "last of sector 1");
    program(0x4000, "first of 2nd one");
    program(0x5FF0, "last of 2nd one!");
    program(0x6000, "first of the 3rd");
    wr(ICR, EOP);
    start_erase(2);
    assert_int_equal(rd(CR) & START, 0);
    assert_int_equal(rd(SR) & BUSY, BUSY);
    assert_int_equal(mcu_flash_next_ps(&flash), at.now_ps + ERASE_PS);
    wait_idle();
    assert_int_equal(rd(ISR), EOP);
    check_bytes(0x3FF0, "last of sector 1");
    check_bytes(0x6000, "first of the 3rd");
    for (uint32_t i = 0x4000; i < 0x6000; i++) assert_int_equal(bytes[i], 0xFF);
    assert_int_equal(flash.erases[2], 1);
    assert_int_equal(flash.erases[1] + flash.erases[3], 0);
    program(0x4000, "written anew now");
    check_bytes(0x4000, "written anew now");
    uint32_t value;
    assert_int_equal(mcu_flash_load(&at, 0x4000, 4, &value), MCU_FLASH_TAKEN);
    assert_int_equal(flash.double_programs, 0);
    program(0xC000, "in sector number");
    start_erase(6);
    wait_idle();
    assert_int_equal(bytes[0xC000], 0xFF);
    check_bytes(0x4000, "written anew now");
}

static void test_what_would_hurt_the_board_is_not_modelled(void **state)
{
    (void)state;
    unlock();
    program(0, "stays as it was!");
    assert_int_equal(mcu_flash_register_write(&at, CR, BER | START), MCU_FLASH_NOT_MODELLED);
    assert_int_equal(mcu_flash_register_write(&at, 0x100, 0x08192A3Bu), MCU_FLASH_NOT_MODELLED);
    assert_int_equal(mcu_flash_register_write(&at, 0x21C, 0), MCU_FLASH_NOT_MODELLED);
    assert_int_equal(mcu_flash_register_write(&at, CR, PG | 1u << 16), MCU_FLASH_NOT_MODELLED);
    assert_int_equal(rd(SR), 0);
    check_bytes(0, "stays as it was!");
    assert_int_equal(rd(0x218), 0xFF); /* WRPSR: nothing is protected */
    wr(CR, START);
    assert_int_equal(rd(ISR), EOP | PGSERR);
}

static void test_second_program_of_a_word_breaks_it(void **state)
{
    (void)state;
    uint32_t value;
    unlock();
    program(0x80, "0123456789abcdef");
    program(0x80, "0123456789abcdef"); /* nothing changes */
    assert_int_equal(mcu_flash_load(&at, 0x80, 4, &value), MCU_FLASH_TAKEN);
    assert_int_equal(flash.double_programs, 1);
    program(0x80, "0123456789abcdeE");
    assert_int_equal(mcu_flash_load(&at, 0x84, 4, &value), MCU_FLASH_BUS_ERROR);
    assert_int_equal(value, 0);
    assert_int_equal(flash.double_programs, 2);
    check_bytes(0x80, "0123456789abcde\x44"); /* both: 66h and 45h */
    start_erase(0);
    wait_idle();
    assert_int_equal(mcu_flash_load(&at, 0x84, 4, &value), MCU_FLASH_TAKEN);
    assert_int_equal(value, 0xFFFFFFFFu);
}

static void test_bytes_from_outside_are_sound_and_programmed(void **state)
{
    (void)state;
    uint32_t value;
    mcu_flash_spoil(&flash, 0x1000, MCU_FLASH_BROKEN);
    mcu_flash_spoil(&flash, 0x1010, MCU_FLASH_BROKEN);
    memcpy(bytes + 0x1000, "from the outside", 16);
    mcu_flash_loaded(&at, 0x1000, 32);
    assert_int_equal(mcu_flash_load(&at, 0x1000, 4, &value), MCU_FLASH_TAKEN);
    unlock();
    program(0x1010, "it was blank: ok");
    assert_int_equal(flash.double_programs, 0);
    program(0x1000, "over the others!");
    assert_int_equal(flash.double_programs, 1);
    assert_int_equal(mcu_flash_load(&at, 0x1000, 4, &value), MCU_FLASH_BUS_ERROR);
    assert_int_equal(mcu_flash_load(&at, 0x1010, 4, &value), MCU_FLASH_TAKEN);
}

static void test_ecc_errors_note_the_first_address_until_they_are_cleared(void **state)
{
    (void)state;
    uint32_t value;
    memcpy(bytes + 0x1000, "abcdefghijklmnop", 16);
    mcu_flash_loaded(&at, 0x1000, 16);
    mcu_flash_spoil(&flash, 0x1000, MCU_FLASH_CORRECTED);
    mcu_flash_spoil(&flash, 0x3010, MCU_FLASH_BROKEN);
    mcu_flash_spoil(&flash, 0x3020, MCU_FLASH_BROKEN);
    assert_int_equal(mcu_flash_load(&at, 0x1006, 2, &value), MCU_FLASH_TAKEN);
    assert_int_equal(value, 'g' | 'h' << 8);
    assert_int_equal(rd(ISR), SNECCERR);
    assert_int_equal(rd(ECCSFADDR), 0x08001006u);
    assert_int_equal(mcu_flash_load(&at, 0x3014, 4, &value), MCU_FLASH_BUS_ERROR);
    assert_int_equal(mcu_flash_load(&at, 0x3020, 4, &value), MCU_FLASH_BUS_ERROR);
    assert_int_equal(rd(ISR), SNECCERR | DBECCERR);
    assert_int_equal(rd(ECCDFADDR), 0x08003014u);
    wr(ICR, DBECCERR);
    assert_int_equal(rd(ECCDFADDR), 0);
    assert_int_equal(rd(ECCSFADDR), 0x08001006u);
    assert_int_equal(rd(ISR), SNECCERR);
    wr(ICR, SNECCERR);
    assert_int_equal(rd(ECCSFADDR), 0);
    assert_int_equal(mcu_flash_load(&at, 0x3000, 4, &value), MCU_FLASH_TAKEN);
    assert_int_equal(rd(ISR), 0);
}

static void test_interrupt_follows_flags_that_are_enabled(void **state)
{
    (void)state;
    wr(IER, EOP); /* locked */
    assert_int_equal(rd(IER), 0);
    unlock();
    wr(IER, EOP);
    program(0, "tell me when it ");
    assert_true(mcu_flash_interrupts(&flash));
    wr(ICR, EOP);
    assert_false(mcu_flash_interrupts(&flash));
    mcu_flash_store(&at, 0, 4, 0); /* PGSERR is not enabled */
    assert_false(mcu_flash_interrupts(&flash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_flash_is_locked_until_both_keys_have_come),
        TEST(test_wrong_or_second_key_shuts_it_until_a_reset),
        TEST(test_word_is_programmed_when_its_last_byte_has_come),
        TEST(test_bytes_may_come_in_any_order),
        TEST(test_next_word_waits_for_the_one_before),
        TEST(test_errors_of_the_write_buffer_have_their_flags),
        TEST(test_bytes_are_lost_when_the_buffer_is_closed),
        TEST(test_forced_write_fills_the_word_with_ones),
        TEST(test_erase_clears_its_sector_alone),
        TEST(test_what_would_hurt_the_board_is_not_modelled),
        TEST(test_second_program_of_a_word_breaks_it),
        TEST(test_bytes_from_outside_are_sound_and_programmed),
        TEST(test_ecc_errors_note_the_first_address_until_they_are_cleared),
        TEST(test_interrupt_follows_flags_that_are_enabled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
