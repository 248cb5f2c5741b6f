/*
 * Settings on a store. A value is stored in as many bytes as its type has, little-endian, so that a
 * change of type is seen by its length and no unit of meaning is stored twice.
 */
#include "nacre/core/settings.h"

#include "nacre/core/bytes.h"

#include <stddef.h>

#define VALUE_BYTES_MAX 4u

struct type_limits {
    int64_t least;
    int64_t most;
    uint32_t n;
};

static const struct type_limits type_limits[] = {
    [NACRE_TYPE_BOOL] = {0, 1, 1},
    [NACRE_TYPE_U8] = {0, UINT8_MAX, 1},
    [NACRE_TYPE_U16] = {0, UINT16_MAX, 2},
    [NACRE_TYPE_U32] = {0, UINT32_MAX, 4},
    [NACRE_TYPE_I8] = {INT8_MIN, INT8_MAX, 1},
    [NACRE_TYPE_I16] = {INT16_MIN, INT16_MAX, 2},
    [NACRE_TYPE_I32] = {INT32_MIN, INT32_MAX, 4},
};

#define TYPE_COUNT (sizeof type_limits / sizeof type_limits[0])

static enum nacre_err row_check(const struct nacre_setting *row)
{
    if (row->name == NULL) return NACRE_BAD_ARGUMENT;
    if (row->type >= TYPE_COUNT) return NACRE_BAD_TYPE;
    const struct type_limits *const limits = &type_limits[row->type];
    const bool limits_fit = row->least >= limits->least && row->most <= limits->most;
    const bool default_fits = row->default_value >= row->least && row->default_value <= row->most;
    return limits_fit && default_fits ? NACRE_OK : NACRE_OUT_OF_LIMITS;
}

enum nacre_err nacre_settings_open(struct nacre_settings *settings, struct nacre_store *store,
                                   const struct nacre_setting *table, uint32_t count)
{
    if (settings == NULL || store == NULL || table == NULL || count == 0u) {
        return NACRE_BAD_ARGUMENT;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (table[i].key > NACRE_KEY_MAX) return NACRE_BAD_ARGUMENT;
        if (i > 0u && table[i].key <= table[i - 1u].key) return NACRE_BAD_ARGUMENT;
        const enum nacre_err err = row_check(&table[i]);
        if (err != NACRE_OK) return err;
    }
    settings->store = store;
    settings->table = table;
    settings->count = count;
    return NACRE_OK;
}

const struct nacre_setting *nacre_settings_row(const struct nacre_settings *settings, uint32_t key)
{
    uint32_t low = 0;
    uint32_t high = settings->count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2u;
        if (settings->table[middle].key == key) return &settings->table[middle];
        if (settings->table[middle].key < key) {
            low = middle + 1u;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static enum nacre_err row_of(const struct nacre_settings *settings, uint32_t key,
                             enum nacre_type type, const struct nacre_setting **row)
{
    if (settings == NULL || settings->store == NULL) return NACRE_BAD_ARGUMENT;
    *row = nacre_settings_row(settings, key);
    if (*row == NULL) return NACRE_NOT_FOUND;
    return (*row)->type == (uint8_t)type ? NACRE_OK : NACRE_BAD_TYPE;
}

/* The number that was stored, with its sign where the type has one. */
static int64_t value_decode(const uint8_t *bytes, const struct type_limits *limits)
{
    const uint32_t raw = nacre_get_le32(bytes);
    const int64_t span = (int64_t)1 << (8u * limits->n);
    const int64_t value = (int64_t)raw;
    return value > limits->most ? value - span : value;
}

enum nacre_err nacre_settings_get(const struct nacre_settings *settings, uint32_t key,
                                  enum nacre_type type, int64_t *value, enum nacre_origin *origin)
{
    const struct nacre_setting *row;
    if (value == NULL) return NACRE_BAD_ARGUMENT;
    enum nacre_err err = row_of(settings, key, type, &row);
    if (err != NACRE_OK) return err;
    const struct type_limits *const limits = &type_limits[row->type];
    uint8_t bytes[VALUE_BYTES_MAX] = {0};
    uint32_t n = 0;
    err = nacre_get(settings->store, key, bytes, limits->n, &n);
    if (err == NACRE_TOO_SMALL || (err == NACRE_OK && n != limits->n)) return NACRE_BAD_TYPE;
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
    const int64_t stored = value_decode(bytes, limits);
    const bool is_set = err == NACRE_OK && stored >= row->least && stored <= row->most;
    *value = is_set ? stored : row->default_value;
    if (origin != NULL) *origin = is_set ? NACRE_ORIGIN_USER : NACRE_ORIGIN_DEFAULT;
    return NACRE_OK;
}

enum nacre_err nacre_settings_set(struct nacre_settings *settings, uint32_t key,
                                  enum nacre_type type, int64_t value)
{
    const struct nacre_setting *row;
    const enum nacre_err err = row_of(settings, key, type, &row);
    if (err != NACRE_OK) return err;
    if (value < row->least || value > row->most) return NACRE_OUT_OF_LIMITS;
    uint8_t bytes[VALUE_BYTES_MAX];
    nacre_put_le32(bytes, (uint32_t)value);
    return nacre_set(settings->store, key, bytes, type_limits[row->type].n);
}

enum nacre_err nacre_settings_reset(struct nacre_settings *settings, uint32_t key)
{
    if (settings == NULL || settings->store == NULL) return NACRE_BAD_ARGUMENT;
    if (nacre_settings_row(settings, key) == NULL) return NACRE_NOT_FOUND;
    const enum nacre_err err = nacre_remove(settings->store, key);
    return err == NACRE_NOT_FOUND ? NACRE_OK : err;
}
