/*
 * In the flash that the application runs from: a region in its last bank, or wherever region_*.c
 * says.
 */
#include "examples/brightness/board.h"
#include "examples/brightness/place.h"
#include "examples/brightness/region.h"
#include "nacre/chips/sfdp.h"

#include <stddef.h>

#define FENCE_REGION 15u

extern const uint8_t budget_extra_us[]; /* of the linker script: the number is the address */

static struct nacre_nor nor;
static uint8_t tables[NACRE_SFDP_BYTES_MAX];

static enum nacre_err open_flash(const struct region *board)
{
    const struct nacre_nor_cfg cfg = {
        .chip = board->chip,
        .port = {.core_mhz = BOARD_CORE_MHZ, .mpu_region = FENCE_REGION},
        .region_addr = board->addr,
        .region_bytes = board->bytes,
        .image_bytes = board->image_bytes,
        .way = board->way,
        .budget_us = board->budget_us + (uint32_t)budget_extra_us,
        .tick = board_counter(),
        .tick_us = BOARD_COUNT_US,
        .check_tables = board->check_tables,
        .tables = tables,
        .tables_bytes = sizeof(tables),
    };

    return nacre_nor_open(&nor, &cfg);
}

/* A row that is not this board's is refused by the controller's state or by the chip's id. */
static enum nacre_err find_flash(const struct region **found)
{
    enum nacre_err err;

    *found = &region;
    do { /* ends: the last one has no next */
        err = open_flash(*found);
        if (err != NACRE_CTRL_STATE && err != NACRE_CHIP_UNKNOWN) return err;
        *found = (*found)->next;
    } while (*found != NULL);
    return err;
}

static enum nacre_err open_place(struct place *place)
{
    const struct region *board;

    enum nacre_err err = nacre_nor_close(&nor);
    if (err != NACRE_OK && err != NACRE_NOT_MOUNTED) return err;
    err = find_flash(&board);
    if (err != NACRE_OK) return err;
    *place = (struct place){&nor.medium, board->assume};
    return NACRE_OK;
}

static const struct nacre_mismatch *mismatch_of_place(void)
{
    return &nor.blackout.port.mismatch;
}

static void show(void (*say)(const char *name, uint32_t value),
                 void (*say_us)(const char *name, uint64_t cycles))
{
    struct nacre_nor_stats stats;

    if (nacre_nor_stats(&nor, &stats) != NACRE_OK) return;
    say("programs", stats.programs);
    say("programmed_bytes", stats.programmed_bytes);
    say("erases", stats.erases);
    say("blackouts", stats.blackouts);
    say("over_budget", stats.over_budget);
    say_us("longest_us", stats.longest_cycles);
    say_us("masked_us", stats.longest_masked_cycles);
    say_us("dark_us", stats.dark_cycles);
}

const struct place_ops place_running_flash = {open_place, mismatch_of_place, show};
