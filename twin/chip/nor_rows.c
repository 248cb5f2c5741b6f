/*
 * All rows, by name.
 */
#include <stddef.h>
#include <string.h>

#include "twin/chip/nor.h"
#include "twin/chip/nor_row.h"

static const struct nor_row *const rows[] = {
    &nor_row_mx66uw1g45g,
    &nor_row_mx25uw51245g,
    &nor_row_mx25uw25645g,
    &nor_row_mx25lm51245g,
    &nor_row_w25q128jv,
    &nor_row_mt35xu512aba,
    &nor_row_s28hs512t,
    &nor_row_gd25lx512me,
};

#define ROWS (sizeof rows / sizeof rows[0])

const struct nor_row *nor_row_find(const char *name)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i]->name, name) == 0) return rows[i];
    }
    return NULL;
}

const struct nor_row *nor_row_at(uint32_t index)
{
    return index < ROWS ? rows[index] : NULL;
}
