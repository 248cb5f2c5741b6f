/*
 * What the product remembers, in a store in PLACE, one of place.h.
 */
#include "examples/brightness/memory.h"

#include "examples/brightness/place.h"

#include <stddef.h>

#define KEYS 8u

enum { KEY_BRIGHTNESS = 1 };

/* All that the product remembers, keys ascending. */
static const struct nacre_setting table[] = {
    {NACRE_SETTING_U8(KEY_BRIGHTNESS, "display.brightness", MEMORY_BRIGHTNESS_DEFAULT, 0,
                      MEMORY_BRIGHTNESS_MAX)},
};
#define TABLE_ROWS (sizeof(table) / sizeof(table[0]))

static struct nacre_store store;
static struct nacre_settings settings;
static struct nacre_index_entry index_entries[KEYS];
static bool is_open;
static bool has_work;

enum nacre_err memory_open(void)
{
    struct place place;

    enum nacre_err err = PLACE.open(&place);
    if (err != NACRE_OK) return err;
    const struct nacre_store_cfg store_cfg = {
        .medium = place.medium,
        .index = index_entries,
        .index_count = KEYS,
        .assume = place.assume,
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

bool memory_stats(struct nacre_stats *stats)
{
    return is_open && nacre_stats(&store, stats) == NACRE_OK;
}
