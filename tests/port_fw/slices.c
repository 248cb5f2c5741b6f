/*
 * A store in the bank that this image runs from, written in slices while a handler in flash runs a
 * thousand times a second. What must come of it is said by tests/test_blackout_slices.c.
 *
 *   s  save the next number         e  erase a unit that is not the store's
 *   m  save a hundred of them       q  say what was measured
 *   i  give the store idle time     l  open again with a long budget
 *   w  open again to write whole operations at once
 *   o  open again in another bank; O with a budget for slices
 */
#include "examples/brightness/board.h"
#include "nacre/chips/chips.h"
#include "nacre/core/store.h"
#include "nacre/media/nor.h"
#include "tests/port_fw/checks.h"
#include "tests/port_fw/letters.h"

#define NVIC_ICER_TIM6 (*(volatile uint32_t *)(0xE000E180u + 4u * (BOARD_IRQ_TIM6 / 32u)))
#define REGION_ADDR 0x01FE0000u /* in bank 0, as the image */
#define OTHER_BANK 0x07FE0000u
#define SHORT_BUDGET_US 5u
#define IMAGE_BYTES 0x01000000u
#define UNITS 6u
#define UNIT_BYTES 4096u
#define BUDGET_US 520u
#define LONG_BUDGET_US 20000u
#define WHOLE_BUDGET_US 600010u
#define MANY 100u
#define KEY 1u
#define KEYS 8u

static struct nacre_nor nor;
static struct nacre_store store;
static struct nacre_index_entry entries[KEYS];
static uint32_t number;

int main(void);

void checks_in_handler(void)
{
}

static void open_all(uint32_t region_addr, enum nacre_way way, uint32_t budget_us)
{
    const struct nacre_nor_cfg cfg = {
        .chip = &nacre_chip_mx66uw1g45g,
        .port = {.core_mhz = BOARD_CORE_MHZ, .mpu_region = 15},
        .region_addr = region_addr,
        .region_bytes = (UNITS + 1u) * UNIT_BYTES,
        .image_bytes = IMAGE_BYTES,
        .way = way,
        .budget_us = budget_us,
    };
    const struct nacre_store_cfg store_cfg = {
        .medium = &nor.medium,
        .index = entries,
        .index_count = KEYS,
        .assume = NACRE_ASSUME_CUT_GRANULE,
    };
    uint32_t length;

    enum nacre_err err = nacre_nor_open(&nor, &cfg);
    nor.medium.geometry.unit_count = UNITS; /* the last one is for the letter e */
    if (err == NACRE_OK) err = nacre_mount(&store, &store_cfg);
    if (err == NACRE_FOREIGN) err = nacre_format(&store, &store_cfg);
    letters_say_if_wrong(err);
    number = 0;
    err = nacre_get(&store, KEY, &number, sizeof(number), &length);
    if (err != NACRE_NOT_FOUND) letters_say_if_wrong(err);
    letters_say("number", number);
}

static void save(void)
{
    const uint32_t next = number + 1u;
    const enum nacre_err err = nacre_set(&store, KEY, &next, sizeof(next));

    if (err == NACRE_OK) number = next;
    letters_say_if_wrong(err);
}

static void idle(void)
{
    bool more = true;

    while (more) {
        const enum nacre_err err = nacre_idle(&store, &more);

        letters_say_if_wrong(err);
        if (err != NACRE_OK) return;
    }
}

static void erase(void)
{
    nor.medium.geometry.unit_count = UNITS + 1u;
    enum nacre_err err = nor.medium.ops->erase_start(&nor.medium, UNITS * UNIT_BYTES);
    if (err == NACRE_OK) err = nor.medium.ops->erase_wait(&nor.medium);
    nor.medium.geometry.unit_count = UNITS;
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

static void report(void)
{
    const uint32_t mhz = nor.blackout.port.cycles_per_us;
    struct nacre_nor_stats stats;

    letters_say_if_wrong(nacre_nor_stats(&nor, &stats));
    letters_say("longest_ns", (uint32_t)((uint64_t)stats.longest_cycles * 1000u / mhz));
    letters_say("dark_us", (uint32_t)(stats.dark_cycles / mhz));
    letters_say("bound_us", stats.bound_us);
    letters_say("slices", stats.slices);
    letters_say("late_suspends", stats.late_suspends);
    letters_say("over_budget", stats.over_budget);
    letters_say("trust", (uint32_t)stats.trust);
}

static void open_again(uint32_t region_addr, enum nacre_way way, uint32_t budget_us)
{
    letters_say_if_wrong(nacre_unmount(&store));
    letters_say_if_wrong(nacre_nor_close(&nor));
    open_all(region_addr, way, budget_us);
}

static void do_another_bank(char letter)
{
    open_again(OTHER_BANK, NACRE_WAY_AUTO, letter == 'o' ? SHORT_BUDGET_US : BUDGET_US);
}

static void do_letter(char letter)
{
    switch (letter) {
    case 's':
        save();
        letters_say("saved", number);
        break;
    case 'm':
        for (uint32_t i = 0; i < MANY; i++) {
            save();
        }
        letters_say("saved", number);
        break;
    case 'i':
        idle();
        break;
    case 'e':
        erase();
        break;
    case 'q':
        report();
        break;
    case 'l':
        open_again(REGION_ADDR, NACRE_WAY_AUTO, LONG_BUDGET_US);
        break;
    case 'w':
        open_again(REGION_ADDR, NACRE_WAY_WHOLE, WHOLE_BUDGET_US);
        break;
    case 'o':
    case 'O':
        do_another_bank(letter);
        break;
    default:
        break;
    }
}

int main(void)
{
    board_start();
    NVIC_ICER_TIM6 = 1u << (BOARD_IRQ_TIM6 % 32u); /* of its 20 kHz most would be merged */
    open_all(REGION_ADDR, NACRE_WAY_AUTO, BUDGET_US);
    letters_serve(do_letter);
}
