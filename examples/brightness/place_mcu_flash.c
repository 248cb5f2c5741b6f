/*
 * In the flash inside the microcontroller: four of its eight sectors. ST's boot stage fills the
 * first four.
 */
#include "examples/brightness/board.h"
#include "examples/brightness/place.h"
#include "nacre/media/mcu_flash.h"
#include "nacre/ports/stm32h7rs/mcu_flash.h"

#define FLASH 0x08000000u
#define BOOT_BYTES 0x8000u
#define REGION_BYTES 0x8000u

static struct nacre_stm32_flash internal;
static struct nacre_mcu_flash flash;

static enum nacre_err open_place(struct place *place)
{
    static const struct nacre_mcu_range boot = {FLASH, BOOT_BYTES};
    const struct nacre_stm32_flash_cfg port_cfg = {.core_mhz = BOARD_CORE_MHZ};
    const struct nacre_mcu_flash_cfg cfg = {{FLASH + BOOT_BYTES, REGION_BYTES}, &boot, 1};

    enum nacre_err err = nacre_stm32_flash_open(&internal, &port_cfg);
    if (err == NACRE_OK) err = nacre_mcu_flash_open(&flash, &internal.port, &cfg);
    if (err == NACRE_OK) *place = (struct place){&flash.medium, NACRE_ASSUME_NOTHING};
    return err;
}

static const struct nacre_mismatch *mismatch_of_place(void)
{
    return &internal.port.mismatch;
}

static void show(void (*say)(const char *name, uint32_t value),
                 void (*say_us)(const char *name, uint64_t cycles))
{
    (void)say;
    (void)say_us;
}

const struct place_ops place_mcu_flash = {open_place, mismatch_of_place, show};
