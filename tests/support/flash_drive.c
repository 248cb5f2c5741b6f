/*
 * The model of the internal flash, driven by hand. See flash_drive.h.
 */
#include "tests/support/flash_drive.h"

#include <string.h>

#include "tests/support/cmocka_all.h"

struct mcu_flash flash;
uint8_t bytes[MCU_FLASH_BYTES];
struct mcu_flash_at at = {&flash, bytes, 0};

int set_up(void **state)
{
    (void)state;
    memset(bytes, 0xFF, sizeof bytes);
    mcu_flash_init(&flash, 1);
    flash.program_ps = PROGRAM_PS;
    flash.erase_ps = ERASE_PS;
    at.now_ps = 1000;
    return 0;
}

uint32_t rd(uint32_t offset)
{
    uint32_t value = 0;
    mcu_flash_advance(&at);
    assert_int_equal(mcu_flash_register_read(&flash, offset, &value), MCU_FLASH_TAKEN);
    return value;
}

void wr(uint32_t offset, uint32_t value)
{
    assert_int_equal(mcu_flash_register_write(&at, offset, value), MCU_FLASH_TAKEN);
}

void unlock(void)
{
    wr(KEYR, 0x45670123u);
    wr(KEYR, 0xCDEF89ABu);
}

void store_word(uint32_t addr, const void *word)
{
    for (uint32_t i = 0; i < 16; i += 4) {
        uint32_t value;
        memcpy(&value, (const uint8_t *)word + i, 4);
        mcu_flash_store(&at, addr + i, 4, value);
    }
}

void wait_idle(void)
{
    if (mcu_flash_next_ps(&flash) != MCU_FLASH_NEVER_PS) at.now_ps = mcu_flash_next_ps(&flash);
    mcu_flash_advance(&at);
}

void program(uint32_t addr, const char *word)
{
    wr(CR, PG);
    store_word(addr, word);
    wait_idle();
    wr(CR, 0);
}

void start_erase(uint32_t sector)
{
    wr(CR, SER | START | sector << 6);
}

void check_bytes(uint32_t addr, const char *expected)
{
    assert_memory_equal(bytes + addr, expected, strlen(expected));
}

uint32_t broken_of(uint32_t addr, uint32_t tries)
{
    uint32_t value, broken = 0;
    for (uint32_t i = 0; i < tries; i++) {
        broken += mcu_flash_load(&at, addr, 4, &value) == MCU_FLASH_BUS_ERROR;
    }
    return broken;
}
