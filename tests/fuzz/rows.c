/*
 * The rows, one of each sort; what fits is judged number by number, from docs/settings.md.
 */
#include "tests/fuzz/rows.h"

#include <string.h>

const struct nacre_setting table[ROWS] = {
    {NACRE_SETTING_U8(1, "u8", 50, 0, 100)},
    {NACRE_SETTING_I16(2, "i16", -1, -300, 300)},
    {NACRE_SETTING_FLOAT(3, "float", 0.5f, -1.0f, 1.0f)},
    {NACRE_SETTING_STRING(4, "string", "abc", 8), .flags = NACRE_FACTORY},
    {NACRE_SETTING_BLOB(5, "blob", 20)},
    {NACRE_SETTING_U16(6, "u16", 7, 0, UINT16_MAX), .flags = NACRE_COALESCED},
    {NACRE_SETTING_STRING(7, "text", "", 24), .flags = NACRE_COALESCED},
    {NACRE_SETTING_I32(8, "i32", 3, -1000, 1000), .flags = NACRE_FACTORY},
    {NACRE_SETTING_ONE_OF(NACRE_TYPE_U8, 9, "one", 5, 1, 5, 9), .flags = NACRE_COALESCED},
};

bool cells_agree(const struct cell *a, const struct cell *b)
{
    if (a->is_set != b->is_set) return false;
    return !a->is_set || (a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0);
}

struct cell cell_of(const void *bytes, uint32_t n)
{
    struct cell cell = {.is_set = true, .n = n};
    if (n != 0) memcpy(cell.bytes, bytes, n);
    return cell;
}

int64_t number_of(const struct cell *cell, uint32_t bytes, bool has_sign)
{
    int64_t value = 0;
    for (uint32_t i = bytes; i > 0; i--) value = value * 256 + cell->bytes[i - 1u];
    const int64_t top = (int64_t)1 << (8u * bytes - 1u);
    return has_sign && value >= top ? value - 2 * top : value;
}

static bool in_limits(const struct cell *cell, uint32_t bytes, bool has_sign, int64_t most)
{
    const int64_t value = number_of(cell, bytes, has_sign);
    return cell->n == bytes && value <= most && value >= (has_sign ? -most : 0);
}

bool is_fit(uint32_t row, const struct cell *cell)
{
    float value = 2.0f;
    switch (row) {
    case 0: return in_limits(cell, 1, false, 100);
    case 1: return in_limits(cell, 2, true, 300);
    case 2:
        if (cell->n == 4u) memcpy(&value, cell->bytes, 4);
        return value >= -1.0f && value <= 1.0f;
    case 3: return cell->n <= 7u;
    case 4: return cell->n <= 20u;
    case 5: return cell->n == 2u;
    case 6: return cell->n <= 23u;
    case 7: return in_limits(cell, 4, true, 1000);
    default:
        return cell->n == 1u && (cell->bytes[0] == 1 || cell->bytes[0] == 5 || cell->bytes[0] == 9);
    }
}

struct cell default_of(uint32_t row)
{
    static const char *const bytes[] = {"\x32", "\xff\xff", "\0\0\0\x3f", "abc", "",
                                        "\7\0", "", "\3\0\0\0", "\5"};
    static const uint8_t n[] = {1, 2, 4, 3, 0, 2, 0, 4, 1};
    return cell_of(bytes[row], n[row]);
}
