/*
 * Where the brightness is kept: a region in the last bank of the flash that the application runs
 * from.
 */
#include "examples/brightness/memory.h"

#include "examples/brightness/board.h"
#include "examples/brightness/region.h"
#include "nacre/chips/sfdp.h"

#include <stddef.h>

#define FENCE_REGION 15u
#define KEYS 8u

enum { KEY_BRIGHTNESS = 1 };

/* All that the product remembers, keys ascending. */
static const struct nacre_setting table[] = {
    {NACRE_SETTING_U8(KEY_BRIGHTNESS, "display.brightness", MEMORY_BRIGHTNESS_DEFAULT, 0,
                      MEMORY_BRIGHTNESS_MAX)},
};
#define TABLE_ROWS (sizeof(table) / sizeof(table[0]))

extern const uint8_t budget_extra_us[]; /* of the linker script: the number is the address */

static struct nacre_nor nor;
static struct nacre_store store;
static struct nacre_settings settings;
static struct nacre_index_entry index_entries[KEYS];
static uint8_t tables[NACRE_SFDP_BYTES_MAX];
static bool is_open;
static bool has_work;

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

enum nacre_err memory_open(void)
{
    const struct region *board;

    enum nacre_err err = find_flash(&board);
    if (err != NACRE_OK) return err;
    const struct nacre_store_cfg store_cfg = {
        .medium = &nor.medium,
        .index = index_entries,
        .index_count = KEYS,
        .assume = board->assume,
    };
    const struct nacre_settings_cfg settings_cfg = {
        .store = &store, .table = table, .count = TABLE_ROWS};

    err = nacre_mount(&store, &store_cfg);
    if (err == NACRE_FOREIGN) err = nacre_format(&store, &store_cfg);
    if (err != NACRE_OK) return err;
    err = nacre_settings_open(&settings, &settings_cfg);
    is_open = err == NACRE_OK;
    has_work = is_open;
    return err;
}

const struct nacre_mismatch *memory_mismatch(void)
{
    return &nor.blackout.port.mismatch;
}

uint32_t memory_brightness(bool *is_default)
{
    struct nacre_setting_state state;
    uint8_t percent;

    if (!is_open ||
        nacre_settings_get_u8(&settings, KEY_BRIGHTNESS, &percent, &state) != NACRE_OK) {
        *is_default = true;
        return MEMORY_BRIGHTNESS_DEFAULT;
    }
    *is_default = state.origin == NACRE_ORIGIN_DEFAULT;
    return percent;
}

enum nacre_err memory_set_brightness(uint32_t percent)
{
    if (!is_open) return NACRE_NOT_MOUNTED;
    if (percent > MEMORY_BRIGHTNESS_MAX) return NACRE_OUT_OF_LIMITS;
    has_work = true;
    return nacre_settings_set_u8(&settings, KEY_BRIGHTNESS, (uint8_t)percent);
}

enum nacre_err memory_reset_brightness(void)
{
    if (!is_open) return NACRE_NOT_MOUNTED;
    has_work = true;
    return nacre_settings_reset(&settings, KEY_BRIGHTNESS);
}

void memory_idle(void)
{
    if (has_work && nacre_idle(&store, &has_work) != NACRE_OK) {
        has_work = false; /* the next set tells why */
    }
}

bool memory_stats(struct nacre_nor_stats *nor_stats, struct nacre_stats *store_stats)
{
    return is_open && nacre_nor_stats(&nor, nor_stats) == NACRE_OK &&
           nacre_stats(&store, store_stats) == NACRE_OK;
}
