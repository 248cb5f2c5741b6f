/*
 * The checks that a table passes before any of its rows is used: what the compiler did not see, or
 * what was written without the macros.
 */
#include "nacre/core/settings_table.h"

#include "nacre/core/settings_type.h"

#include <stddef.h>
#include <string.h>

#define FLAGS_KNOWN (NACRE_COALESCED | NACRE_FACTORY | NACRE_SECRET)

/* Does a number, as the table has it, fit the bytes of the type? */
static bool fits_type(uint32_t type, uint64_t raw)
{
    uint8_t bytes[NACRE_NUMBER_BYTES_MAX];
    nacre_type_encode(type, raw, bytes);
    if (type == NACRE_TYPE_BOOL && raw > 1u) return false;
    return nacre_type_decode(type, bytes) == raw && nacre_type_is_valid(type, raw);
}

static enum nacre_bad_row list_check(const struct nacre_setting *row)
{
    const int64_t *const list = row->list;
    if (row->type == NACRE_TYPE_FLOAT) return NACRE_ROW_TYPE;
    if (row->count == 0u) return NACRE_ROW_LIMITS;
    for (uint32_t i = 0; i < row->count; i++) {
        if (!fits_type(row->type, (uint64_t)list[i])) return NACRE_ROW_LIMITS;
    }
    return NACRE_ROW_GOOD;
}

static enum nacre_bad_row number_check(const struct nacre_setting *row)
{
    const uint64_t least = nacre_type_raw(row->type, &row->least);
    const uint64_t most = nacre_type_raw(row->type, &row->most);
    if (row->list != NULL) {
        const enum nacre_bad_row bad = list_check(row);
        if (bad != NACRE_ROW_GOOD) return bad;
    } else if (!fits_type(row->type, least) || !fits_type(row->type, most) ||
               nacre_type_order(row->type, least) > nacre_type_order(row->type, most)) {
        return NACRE_ROW_LIMITS;
    }
    return nacre_type_allows(row, nacre_type_raw(row->type, &row->value)) ? NACRE_ROW_GOOD
                                                                        : NACRE_ROW_DEFAULT;
}

static enum nacre_bad_row block_check(const struct nacre_setting *row)
{
    const bool is_string = row->type == NACRE_TYPE_STRING;
    if (row->size > NACRE_VALUE_BYTES_MAX || row->size < (is_string ? 2u : 1u)) {
        return NACRE_ROW_SIZE;
    }
    if (row->list == NULL || row->count > nacre_type_bytes_max(row)) return NACRE_ROW_DEFAULT;
    const bool has_end = is_string && memchr(row->list, 0, row->count) != NULL;
    return has_end ? NACRE_ROW_DEFAULT : NACRE_ROW_GOOD;
}

static enum nacre_bad_row row_check(const struct nacre_setting *row)
{
    const uint32_t both = NACRE_SECRET | NACRE_COALESCED;
    if (row->name == NULL || row->name[0] == '\0') return NACRE_ROW_NAME;
    if (row->key > NACRE_KEY_MAX) return NACRE_ROW_KEY;
    if ((row->flags & ~FLAGS_KNOWN) != 0u || (row->flags & both) == both) return NACRE_ROW_FLAGS;
    if (nacre_type_is_number(row->type)) return number_check(row);
    if (row->type != NACRE_TYPE_STRING && row->type != NACRE_TYPE_BLOB) return NACRE_ROW_TYPE;
    return block_check(row);
}

static bool has_name(const struct nacre_setting *table, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) == 0) return true;
    }
    return false;
}

enum nacre_bad_row nacre_settings_table_check(const struct nacre_setting *table, uint32_t count,
                                              uint32_t *bad)
{
    for (uint32_t i = 0; i < count; i++) {
        enum nacre_bad_row why = row_check(&table[i]);
        if (why == NACRE_ROW_GOOD && i > 0u && table[i].key <= table[i - 1u].key) {
            why = NACRE_ROW_ORDER;
        }
        if (why == NACRE_ROW_GOOD && has_name(table, i, table[i].name)) why = NACRE_ROW_NAME_TWICE;
        if (why == NACRE_ROW_GOOD) continue;
        *bad = i;
        return why;
    }
    return NACRE_ROW_GOOD;
}
