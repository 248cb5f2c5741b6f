/*
 * See move_bed.h.
 */
#include "tests/support/move_bed.h"

#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

static const struct nacre_setting table[] = {
    {NACRE_SETTING_U8(KEPT, "kept", 1, 0, 9)},
    {NACRE_SETTING_U16(NEW_PERMILLE, "permille", 500, 0, 1000)},
    {NACRE_SETTING_STRING(NEW_NAME, "name", "nacre", 16)},
    {NACRE_SETTING_I32(NEW_TRIM, "trim", 0, -1000, 1000), .flags = NACRE_FACTORY},
};

uint32_t move_runs[2];
enum nacre_err move_step_err;

/* From 1: another key for the name, no legacy any more. */
enum nacre_err move_step_1(struct nacre_move *move, void *context)
{
    assert_ptr_equal(context, &bed);
    move_runs[0]++;
    enum nacre_err err = nacre_move_rename(move, OLD_NAME, NEW_NAME);
    if (err == NACRE_OK) err = nacre_move_remove(move, OLD_LEGACY);
    return err;
}

/* From 2: permille instead of per cent, another key for the trim; reads what step 1 has moved. */
enum nacre_err move_step_2(struct nacre_move *move, void *context)
{
    uint8_t percent;
    char name[16];
    uint32_t n;
    (void)context;
    move_runs[1]++;
    enum nacre_err err = nacre_move_get(move, OLD_PERCENT, NACRE_TYPE_U8, &percent);
    if (err == NACRE_OK) {
        const uint16_t permille = (uint16_t)(percent * 10u);
        err = nacre_move_set(move, NEW_PERMILLE, NACRE_TYPE_U16, &permille);
        if (err == NACRE_OK) err = nacre_move_remove(move, OLD_PERCENT);
    }
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
    err = nacre_move_rename(move, OLD_TRIM, NEW_TRIM);
    if (err != NACRE_OK) return err;
    err = nacre_move_get_bytes(move, NEW_NAME, name, sizeof name - 1u, &n);
    if (err == NACRE_OK) {
        name[n] = '!';
        err = nacre_move_set_bytes(move, NEW_NAME, name, n + 1u);
    }
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
    return move_step_err;
}

static const struct nacre_step steps[] = {{1, move_step_1}, {2, move_step_2}};
uint8_t move_scratch[16];
struct nacre_moves moves;

void move_bed_set(void)
{
    moves = (struct nacre_moves){
        .run = nacre_settings_move, .version = 3, .steps = steps, .count = 2,
        .scratch = move_scratch, .scratch_bytes = sizeof move_scratch, .context = &bed};
    bed.cfg.moves = &moves;
    bed.cfg.table = table;
    bed.cfg.count = sizeof table / sizeof table[0];
    bed.cfg.on_change = NULL;
    move_runs[0] = 0;
    move_runs[1] = 0;
    move_step_err = NACRE_OK;
}

int move_bed_begin(void **state)
{
    if (settings_begin(state) != 0) return -1;
    move_bed_set();
    return 0;
}

int move_bed_begin_two_lanes(void **state)
{
    if (move_bed_begin(state) != 0) return -1;
    box_close(&box);
    box_open_lanes(&box, 8, 256);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

void set_raw(uint32_t key, const void *value, uint32_t n)
{
    assert_int_equal(nacre_set(&box.store, key, value, n), NACRE_OK);
}

void set_version(uint8_t version)
{
    const uint8_t bytes[4] = {version, 0, 0, 0};
    assert_int_equal(nacre_own_set(&box.store, NACRE_OWN_TABLE_VERSION, bytes, 4), NACRE_OK);
}

void make_version_1(void)
{
    set_version(1);
    set_raw(OLD_PERCENT, "\x50", 1); /* 80 */
    set_raw(OLD_NAME, "pearl", 5);
    set_raw(OLD_LEGACY, "\1\2", 2);
    set_raw(OLD_TRIM, "\xf6\xff\xff\xff", 4); /* -10 */
    assert_int_equal(nacre_factory_set(&box.store, OLD_TRIM, "\5\0\0\0", 4), NACRE_OK);
    set_raw(KEPT, "\7", 1);
    set_raw(UNKNOWN, "not mine", 8);
}

bool holds(uint32_t key, const void *value, uint32_t n)
{
    uint8_t found[32];
    uint32_t length = 0;
    const enum nacre_err err =
        key > NACRE_KEY_MAX ? nacre_own_get(&box.store, key, found, sizeof found, &length)
                            : nacre_get(&box.store, key, found, sizeof found, &length);
    return err == NACRE_OK && length == n && memcmp(found, value, n) == 0;
}

bool has_keys(const char *keys)
{
    char found[200] = "";
    uint32_t key = 0;
    while (nacre_next(&box.store, &key) == NACRE_OK) {
        const size_t n = strlen(found);
        if (key != FILLER) (void)snprintf(found + n, sizeof found - n, "%u ", (unsigned)key);
        key++;
    }
    return strcmp(found, keys) == 0;
}

static bool lacks_own(uint32_t key)
{
    uint32_t length;
    return nacre_own_get(&box.store, key, NULL, 0, &length) == NACRE_NOT_FOUND;
}

bool is_version_1(void)
{
    return has_keys("1 2 3 4 5 700 ") && holds(NACRE_OWN_TABLE_VERSION, "\1\0\0\0", 4) &&
           holds(OLD_PERCENT, "\x50", 1) && holds(OLD_NAME, "pearl", 5) &&
           holds(OLD_LEGACY, "\1\2", 2) && holds(OLD_TRIM, "\xf6\xff\xff\xff", 4) &&
           holds(NACRE_KEY_FACTORY | OLD_TRIM, "\5\0\0\0", 4) && holds(KEPT, "\7", 1) &&
           holds(UNKNOWN, "not mine", 8) && lacks_own(NACRE_KEY_FACTORY | NEW_TRIM);
}

bool is_version_3(void)
{
    return has_keys("5 11 12 14 700 ") && holds(NACRE_OWN_TABLE_VERSION, "\3\0\0\0", 4) &&
           holds(NEW_PERMILLE, "\x20\x03", 2) && holds(NEW_NAME, "pearl!", 6) &&
           holds(NEW_TRIM, "\xf6\xff\xff\xff", 4) &&
           holds(NACRE_KEY_FACTORY | NEW_TRIM, "\5\0\0\0", 4) && holds(KEPT, "\7", 1) &&
           holds(UNKNOWN, "not mine", 8) && lacks_own(NACRE_KEY_FACTORY | OLD_TRIM);
}

