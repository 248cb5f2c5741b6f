/*
 * The RAM behind the other controller kept quiet while the flash programs or erases. What must come
 * of it is said by tests/test_live.c.
 *
 *   c  open                                          f  draw a frame there, and check it
 *   e  erase a unit                                  p  program a granule
 *   k  use that RAM, say whether its controller is busy, and erase
 *   x  from the next open on, a watchdog is fed in that RAM
 *   q  say what was measured                         w  refused configurations, one line each
 */
#include "examples/brightness/board.h"
#include "nacre/chips/chips.h"
#include "nacre/media/nor.h"
#include "tests/port_fw/checks.h"
#include "tests/port_fw/letters.h"

#include <stddef.h>

#define XSPI1_SR (*(volatile uint32_t *)0x52005020u)
#define XSPI_SR_BUSY 0x20u
#define FRAME ((volatile uint32_t *)0x90000000u)
#define FRAME_WORDS 256u
#define OTHER_BANK 0x07FE0000u
#define IMAGE_BYTES 0x01000000u
#define UNIT_BYTES 4096u
#define BUDGET_US 640u

static struct nacre_nor nor;
static volatile uint32_t *feed;

int main(void);

void checks_in_handler(void)
{
}

static struct nacre_nor_cfg good_cfg(void)
{
    return (struct nacre_nor_cfg){
        .chip = &nacre_chip_mx66uw1g45g,
        .port = {.core_mhz = BOARD_CORE_MHZ, .mpu_region = 15, .quiet_ram = true, .ram_region = 14},
        .region_addr = OTHER_BANK,
        .region_bytes = 4u * UNIT_BYTES,
        .image_bytes = IMAGE_BYTES,
        .budget_us = BUDGET_US,
        .feed = {.reg = feed, .word = 1, .every_us = 50, .count_max = 100},
    };
}

static void say_err(enum nacre_err err)
{
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

static void open_flash(void)
{
    const struct nacre_nor_cfg cfg = good_cfg();

    say_err(nacre_nor_open(&nor, &cfg));
}

static void try_cfg(const char *name, struct nacre_nor *where, const struct nacre_nor_cfg *cfg)
{
    const enum nacre_err err = nacre_nor_open(where, cfg);

    board_write(name);
    board_write(" ");
    board_write(nacre_err_name(err));
    if (err != NACRE_OK && where->blackout.port.mismatch.name != NULL) {
        board_write(" ");
        board_write(where->blackout.port.mismatch.name);
    }
    board_write("\r\n");
}

static void refuse(void)
{
    struct nacre_nor_cfg cfg = good_cfg();

    cfg.way = NACRE_WAY_READ_WHILE_WRITE;
    try_cfg("beside_the_image", &nor, &cfg);
    cfg.way = NACRE_WAY_TWO_CONTROLLERS;
    try_cfg("two_controllers", &nor, &cfg);
    cfg = good_cfg();
    cfg.budget_us = 570;
    try_cfg("budget", &nor, &cfg);
    cfg = good_cfg();
    cfg.port.ram_region = 15;
    try_cfg("same_region", &nor, &cfg);
    cfg.port.ram_region = 2;
    try_cfg("used_region", &nor, &cfg);
    cfg = good_cfg();
    try_cfg("itself_in_that_ram", (struct nacre_nor *)0x90100000u, &cfg);
}

static void draw_and_check(void)
{
    uint32_t wrong = 0;

    for (uint32_t i = 0; i < FRAME_WORDS; i++) {
        wrong += FRAME[i] != i * 3u && FRAME[FRAME_WORDS] == 7u ? 1u : 0u;
        FRAME[i] = i * 3u;
    }
    FRAME[FRAME_WORDS] = 7u;
    letters_say("wrong", wrong);
}

static void erase_after_use(void)
{
    (void)FRAME[0];
    letters_say("busy", XSPI1_SR & XSPI_SR_BUSY);
    say_err(nor.medium.ops->erase_start(&nor.medium, 0));
    say_err(nor.medium.ops->erase_wait(&nor.medium));
}

static void erase(void)
{
    enum nacre_err err = nor.medium.ops->erase_start(&nor.medium, 0);

    while (err == NACRE_OK || err == NACRE_BUSY) {
        FRAME[1] = 3u; /* the application goes on with it between the slices */
        err = nor.medium.ops->erase_poll(&nor.medium);
        if (err == NACRE_OK) break;
    }
    say_err(err);
}

static void report(void)
{
    struct nacre_nor_stats stats;

    if (nacre_nor_stats(&nor, &stats) != NACRE_OK) return;
    letters_say("bound_us", stats.bound_us);
    letters_say("over_budget", stats.over_budget);
    letters_say("disturbed", stats.disturbed);
    letters_say("masked_us", stats.longest_masked_cycles / BOARD_CORE_MHZ);
}

static void do_letter(char letter)
{
    static const uint32_t words[4] = {1, 2, 3, 4};

    switch (letter) {
    case 'c':
        open_flash();
        break;
    case 'f':
        draw_and_check();
        break;
    case 'e':
        erase();
        break;
    case 'p':
        say_err(nor.medium.ops->program(&nor.medium, 0, words, sizeof(words)));
        break;
    case 'k':
        erase_after_use();
        break;
    case 'x':
        feed = FRAME + 0x40;
        break;
    case 'q':
        report();
        break;
    case 'w':
        refuse();
        break;
    default:
        break;
    }
}

int main(void)
{
    board_start();
    letters_serve(do_letter);
}
