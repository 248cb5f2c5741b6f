/*
 * A store that goes down and comes back, by the letter that is typed. What must come of it is said
 * by tests/test_nor_down_image.c.
 *
 *   f  set a long value that lies in the flash     e  erase a unit that is not the store's: begin
 *   p  set a long value that lies in PSRAM         w  wait for its end
 *   s  set a number                                d  go down: quiesce
 *   b  open again in the bank of this image        r  resume
 */
#include "examples/brightness/board.h"
#include "nacre/chips/chips.h"
#include "nacre/core/store.h"
#include "nacre/media/nor_down.h"

#include <string.h>

#define OTHER_BANK 0x07FE0000u
#define SAME_BANK 0x01FE0000u
#define UNITS 6u
#define UNIT_BYTES 4096u
#define KEYS 8u
#define KEY_LONG 1u
#define KEY_NUMBER 2u
#define LONG_BYTES 600u
#define PSRAM ((uint8_t *)0x90001003u) /* as odd as a pointer can be */
#define DOWN_US 1000000u

static const char in_flash[LONG_BYTES] =
    "Bytes of the image: what is programmed must be copied to RAM first, piece by piece, for it "
    "cannot be read while a command is on its way to the chip that holds it. This text is longer "
    "than a page, and than what one blackout sends, so that the second piece is read after the "
    "first one was programmed.";

/* The board's, but for two times: a chip that is silent is waited for by them, cycle by cycle. */
static struct nacre_chip chip;
#define RESET_US 2000u
#define ERASE_US_MAX 60000u

static struct nacre_nor nor;
static struct nacre_store store;
static struct nacre_index_entry entries[KEYS];
static uint32_t number;

int main(void);
void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);

void SVC_Handler(void)
{
}

void PendSV_Handler(void)
{
}

void SysTick_Handler(void)
{
    board_on_tick();
}

static void say(enum nacre_err err)
{
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

static enum nacre_err open_at(uint32_t region_addr, uint32_t budget_us)
{
    const struct nacre_nor_cfg cfg = {
        .chip = &chip,
        .port = {.core_mhz = BOARD_CORE_MHZ, .mpu_region = 15},
        .region_addr = region_addr,
        .region_bytes = (UNITS + 1u) * UNIT_BYTES,
        .image_bytes = 0x01000000u,
        .budget_us = budget_us,
    };
    const struct nacre_store_cfg store_cfg = {
        .medium = &nor.medium,
        .index = entries,
        .index_count = KEYS,
        .assume = NACRE_ASSUME_CUT_GRANULE,
    };

    chip = nacre_chip_mx66uw1g45g;
    chip.reset_us_max = RESET_US;
    chip.erase_us_max = ERASE_US_MAX;
    enum nacre_err err = nacre_nor_open(&nor, &cfg);
    nor.medium.geometry.unit_count = UNITS; /* the last one is for the letter e */
    return err == NACRE_OK ? nacre_mount(&store, &store_cfg) : err;
}

static enum nacre_err open_again(void)
{
    enum nacre_err err = nacre_unmount(&store);

    if (err == NACRE_OK) err = nacre_nor_close(&nor);
    return err == NACRE_OK ? open_at(SAME_BANK, 520) : err;
}

/* What was set is read back, and compared with where it came from. */
static enum nacre_err set_long(const void *value)
{
    static uint8_t got[LONG_BYTES];
    uint32_t length;

    enum nacre_err err = nacre_set(&store, KEY_LONG, value, LONG_BYTES);
    if (err == NACRE_OK) err = nacre_get(&store, KEY_LONG, got, sizeof(got), &length);
    if (err != NACRE_OK) return err;
    return length == LONG_BYTES && memcmp(got, value, LONG_BYTES) == 0 ? NACRE_OK : NACRE_VERIFY;
}

static enum nacre_err set_from_psram(void)
{
    for (uint32_t i = 0; i < LONG_BYTES; i++) {
        PSRAM[i] = (uint8_t)(i * 37u + (i >> 8));
    }
    return set_long(PSRAM);
}

static enum nacre_err erase_start(void)
{
    nor.medium.geometry.unit_count = UNITS + 1u;
    const enum nacre_err err =
        nor.medium.ops->erase_start(&nor.medium, UNITS * UNIT_BYTES);
    nor.medium.geometry.unit_count = UNITS;
    return err;
}

static enum nacre_err do_letter(char letter)
{
    switch (letter) {
    case 'f':
        return set_long(in_flash);
    case 'p':
        return set_from_psram();
    case 's':
        number++;
        return nacre_set(&store, KEY_NUMBER, &number, sizeof(number));
    case 'e':
        return erase_start();
    case 'w':
        return nor.medium.ops->erase_wait(&nor.medium);
    case 'd':
        return nacre_nor_quiesce(&nor, DOWN_US);
    case 'r':
        return nacre_nor_resume(&nor);
    case 'b':
        return open_again();
    default:
        return NACRE_BAD_ARGUMENT;
    }
}

int main(void)
{
    board_start();
    say(open_at(OTHER_BANK, 5));
    board_write("> ");
    for (;;) {
        char letter;

        if (board_read(&letter)) {
            say(do_letter(letter));
            board_write("> ");
        } else {
            board_sleep();
        }
    }
}
